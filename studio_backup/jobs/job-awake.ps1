# Keeping Windows awake while a run lasts: its idle timer takes a disk at work for nothing, and would put it to sleep.
#
# The request is of the thread that makes it: who gives it back must be the same one, and a process that is killed has
# none.

# ES_CONTINUOUS with ES_SYSTEM_REQUIRED, and alone. In decimal: 0x80000001 is a negative number to Windows PowerShell.
$script:KeepAwake = 2147483649
$script:GiveBack = 2147483648

# Where Windows does not let us, the copy is made all the same.
function Start-Awake {
    try {
        Add-Type -Namespace StudioBackup -Name Power -MemberDefinition @'
[DllImport("kernel32.dll")]
public static extern uint SetThreadExecutionState(uint flags);
'@
        if ([StudioBackup.Power]::SetThreadExecutionState($script:KeepAwake) -eq 0) { throw 'it was refused' }
        $script:Job.awake = $true
    } catch {
        # What a compiler says has several lines.
        $said = "$($_.Exception.Message) [$($_.FullyQualifiedErrorId)]" -replace '\s+', ' '
        Write-Log "Windows may fall asleep during this run: $said"
    }
}

function Stop-Awake {
    if ($script:Job.awake) { $null = [StudioBackup.Power]::SetThreadExecutionState($script:GiveBack) }
    $script:Job.awake = $false
}
