# machine: tm
fresh; untold
services timemachine >"$folder/timemachine.service"
