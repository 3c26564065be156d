# machine: tm
fresh; ours
