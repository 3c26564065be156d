# machine: tm
fresh; untold; ours
