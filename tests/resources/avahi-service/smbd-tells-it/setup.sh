# machine: tm
fresh
