# What stands on a Windows that no spec knows: disks, volumes, pools, tasks of others, products that make copies.
#
# Nothing is changed, and no disk is read but for what Windows knows of it: what sleeps stays asleep. volume.ps1 and
# storage.ps1 stand before it.

# Words that a task carries which makes copies.
$BackupWords = 'backup|robocopy|restic|rclone|borg|duplicat|veeam|macrium|acronis|freefilesync|syncback|chronosync'

# Tasks of others that are about copies; those of Windows itself lie in \Microsoft\.
function Get-ForeignTask {
    foreach ($task in @(Get-ScheduledTask)) {
        if ("$($task.TaskPath)" -match '^\\(Microsoft|studio-backup)\\') { continue }
        $name = "$($task.TaskPath)$($task.TaskName)"
        $text = "$(Export-ScheduledTask -TaskName $task.TaskName -TaskPath $task.TaskPath)"
        if ("$name $text" -match $BackupWords) { [ordered]@{ Name = $name; State = "$($task.State)"; Xml = $text } }
    }
}

# The text of a file; nothing where there is none.
function Get-OptionalText {
    param([string]$Path)
    try {
        return [IO.File]::ReadAllText($Path)
    } catch {
        $cause = $_.Exception.GetBaseException()
        if (($cause -isnot [IO.FileNotFoundException]) -and ($cause -isnot [IO.DirectoryNotFoundException])) { throw }
    }
    return ''
}

function Read-Machine {
    $system = Get-CimInstance -ClassName Win32_OperatingSystem
    $computer = Get-CimInstance -ClassName Win32_ComputerSystem
    $answer = Read-StorageSpace
    $answer['System'] = "$($system.Caption) $($system.Version)"
    $answer['Host'] = "$($computer.Name)"
    $answer['Maker'] = "$($computer.Manufacturer)"
    $answer['BootCamp'] = "$([IO.File]::Exists('C:\Program Files\Boot Camp\Bootcamp.exe'))"
    $answer['BitLocker'] = Get-Protection
    $answer['TaskProblem'] = ''
    $answer['Tasks'] = @()
    try {
        $answer['Tasks'] = @(Get-ForeignTask)
    } catch {
        $answer['TaskProblem'] = "$($_.Exception.Message)"
    }
    $reports = [IO.Path]::Combine("$($env:ProgramData)", 'Backblaze\bzdata\bzreports')
    $answer['BackblazeProblem'] = ''
    try {
        $answer['BackblazeEnded'] = Get-OptionalText -Path "$reports\bzstat_lastbackupcompleted.xml"
        $answer['BackblazeRest'] = Get-OptionalText -Path "$reports\bzstat_remainingbackup.xml"
    } catch {
        $answer['BackblazeProblem'] = "$($_.Exception.GetBaseException().Message)"
    }
    $services = @(Get-CimInstance -ClassName Win32_Service | Where-Object { $_.Name -eq 'bzserv' })
    $answer['Backblaze'] = "$($services.Count -gt 0)"
    return $answer
}
