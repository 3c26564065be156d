# machine: tm
fresh
services timemachine >"$folder/timemachine.service"
