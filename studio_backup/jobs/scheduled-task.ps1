# Scheduled tasks of ours: every task of a folder with what Windows would export of it, and what its last run said.

$AllTasks = '\studio-backup\'

function Get-Moment {
    param($Moment)
    if ($null -eq $Moment) { return '' }
    return $Moment.ToUniversalTime().ToString('o')
}

function Read-Task {
    param($Task)
    $entry = [ordered]@{ name = "$($Task.TaskName)"; state = "$($Task.State)"; trouble = '' }
    try {
        $entry['xml'] = "$(Export-ScheduledTask -TaskName $Task.TaskName -TaskPath $Task.TaskPath -ErrorAction Stop)"
        $info = Get-ScheduledTaskInfo -TaskName $Task.TaskName -TaskPath $Task.TaskPath -ErrorAction Stop
        $entry['result'] = "$($info.LastTaskResult)"
        $entry['last'] = Get-Moment -Moment $info.LastRunTime
        $entry['next'] = Get-Moment -Moment $info.NextRunTime
        $entry['missed'] = "$($info.NumberOfMissedRuns)"
    } catch {
        $entry['trouble'] = $_.Exception.Message
    }
    return $entry
}

# The names of the tasks in a folder, by the older interface, which lists each folder by itself; none where a listing of
# the folder above has it not.
function Get-TaskName {
    param([string] $Folder)
    $service = New-Object -ComObject Schedule.Service
    $service.Connect()
    $here = $service.GetFolder('\')
    foreach ($part in $Folder.Trim('\').Split('\')) {
        $next = $null
        foreach ($one in $here.GetFolders(0)) {
            if ($one.Name -eq $part) { $next = $one }
        }
        if ($null -eq $next) { return }
        $here = $next
    }
    # 1: hidden ones, too.
    foreach ($one in $here.GetTasks(1)) { "$($one.Name)" }
}

# One object: each folder asked for with its tasks. All tasks of the system are listed and ours taken out of them: what a
# listing says of a folder without tasks is an error in words. A task of somebody else that cannot be read makes
# `troubles`; then what is not in the listing is not proven absent, unless the folder by itself could be `named`.
function Read-OurTask {
    param([string[]] $Folders)
    $troubles = @()
    $all = @(Get-ScheduledTask -ErrorAction SilentlyContinue -ErrorVariable troubles)
    $found = @()
    foreach ($folder in $Folders) {
        $entry = [ordered]@{ folder = $folder; tasks = @(); named = 'no'; names = @() }
        foreach ($task in $all) {
            if ($task.TaskPath -eq $folder) { $entry.tasks += Read-Task -Task $task }
        }
        if (@($troubles).Count -gt 0) {
            try {
                $entry.names = @(Get-TaskName -Folder $folder)
                $entry.named = 'yes'
            } catch {
                $troubles += $_
            }
        }
        $found += $entry
    }
    return [ordered]@{
        listed = $all.Count
        troubles = @($troubles | ForEach-Object { "$($_.Exception.Message)" })
        folders = $found
    }
}

# The task of that name, or nothing where a listing has it not.
function Find-OurTask {
    param($Wanted)
    $troubles = @()
    foreach ($task in @(Get-ScheduledTask -ErrorAction SilentlyContinue -ErrorVariable troubles)) {
        if ($task.TaskPath -eq $Wanted.folder -and $task.TaskName -eq $Wanted.name) { return $task }
    }
    if (@($troubles).Count -gt 0 -and @(Get-TaskName -Folder $Wanted.folder) -contains $Wanted.name) {
        throw "$($Wanted.name): it is there, and cannot be read"
    }
}

# Throws unless the task is what was seen (`absent`, or the digest of its export) and no run of it is under way.
function Assert-OurTask {
    param([string[]] $Words)
    foreach ($word in $Words) {
        $wanted = ConvertFrom-Json -InputObject $word
        $task = Find-OurTask -Wanted $wanted
        $now = 'absent'
        if ($null -ne $task) {
            # 4 and 2 where the state comes as its number.
            if (@('Running', 'Queued', '4', '2') -contains "$($task.State)") {
                throw "$($wanted.name): a run of it is under way, which goes on to its end: apply again after it"
            }
            $text = "$(Export-ScheduledTask -TaskName $wanted.name -TaskPath $wanted.folder -ErrorAction Stop)"
            $now = Get-DigestOfBytes -Bytes ([Text.Encoding]::UTF8.GetBytes($text))
        }
        if ($now -ne $wanted.seen) { throw "$($wanted.name): not the task that was seen; look again" }
    }
}

function Set-OurTask {
    param([string[]] $Words)
    foreach ($word in $Words) {
        $wanted = ConvertFrom-Json -InputObject $word
        $given = @{ TaskName = $wanted.name; TaskPath = $wanted.folder; Xml = $wanted.xml; ErrorAction = 'Stop' }
        # Without it nothing is replaced: a task that came since makes this fail.
        if ($wanted.seen -ne 'absent') { $given['Force'] = $true }
        Register-ScheduledTask @given | Out-Null
        "registered: $($wanted.folder)$($wanted.name)"
    }
}

# Folders that have nothing left in them go, too: the studio's, then ours. Only this interface can remove one.
function Remove-EmptyTaskFolder {
    param([string] $Folder)
    $service = New-Object -ComObject Schedule.Service
    $service.Connect()
    $path = $Folder.TrimEnd('\')
    while ($path.StartsWith($AllTasks.TrimEnd('\'))) {
        $here = $service.GetFolder($path)
        # 1: hidden ones count, too.
        if ($here.GetTasks(1).Count -gt 0 -or $here.GetFolders(0).Count -gt 0) { return }
        $cut = $path.LastIndexOf('\')
        $above = $path.Substring(0, $cut)
        if ($above -eq '') { $above = '\' }
        $service.GetFolder($above).DeleteFolder($path.Substring($cut + 1), 0)
        "removed the empty folder $path"
        $path = $path.Substring(0, $cut)
    }
}

function Remove-OurTask {
    param([string[]] $Words)
    foreach ($word in $Words) {
        $wanted = ConvertFrom-Json -InputObject $word
        Unregister-ScheduledTask -TaskName $wanted.name -TaskPath $wanted.folder -Confirm:$false -ErrorAction Stop
        "removed: $($wanted.folder)$($wanted.name)"
        Remove-EmptyTaskFolder -Folder $wanted.folder
    }
}
