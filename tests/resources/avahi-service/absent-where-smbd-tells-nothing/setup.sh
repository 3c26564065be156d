# machine: tm
fresh; untold
