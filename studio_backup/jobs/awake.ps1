# Keeping Windows awake while a program of ours works: its idle timer takes a disk at work for nothing, and would put it
# to sleep.
#
# The request is of the thread that makes it: who gives it back must be the same one, and a process that has ended has
# none.

# ES_CONTINUOUS with ES_SYSTEM_REQUIRED, and alone. In decimal: 0x80000001 is a negative number to Windows PowerShell.
$script:KeepAwake = 2147483649
$script:GiveBack = 2147483648

# Throws where Windows does not let us.
function Request-Awake {
    Add-Type -Namespace StudioBackup -Name Power -MemberDefinition @'
[DllImport("kernel32.dll")]
public static extern uint SetThreadExecutionState(uint flags);
'@
    if ([StudioBackup.Power]::SetThreadExecutionState($script:KeepAwake) -eq 0) { throw 'it was refused' }
}

function Revoke-Awake {
    $null = [StudioBackup.Power]::SetThreadExecutionState($script:GiveBack)
}
