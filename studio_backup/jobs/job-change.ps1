# Carrying out what was judged: the copies of a plan, then its deletions, and a second look at what is there.

# Moves the plan's files; gives the errors by number, one a file: @{ number; text }.
function Copy-Planned {
    param($Plan)
    $errors = New-Object Collections.ArrayList
    $moved = @{ bytes = [long] 0; files = [long] 0 }
    foreach ($step in $Plan.folders) {
        Invoke-Beat
        if ($step.made) { $null = [IO.Directory]::CreateDirectory((Get-LongPath -Path $step.target)) }
        $plain = New-Object Collections.ArrayList
        $odd = New-Object Collections.ArrayList
        foreach ($name in $step.names) {
            $kind = $plain
            if (Test-OddName -Name $name -Folder $step.relative) { $kind = $odd }
            $null = $kind.Add($name)
        }
        foreach ($batch in (Split-Names -Names $plain)) {
            foreach ($fault in (Invoke-Robocopy -Step $step -Names $batch)) { $null = $errors.Add($fault) }
        }
        foreach ($name in $odd) {
            Invoke-Beat
            $fault = Copy-Odd -Step $step -Name $name
            if ($null -ne $fault) { $null = $errors.Add($fault) }
        }
        if ($errors.Count -eq 0) { Remove-Replaced -Step $step }
        $moved.bytes += $step.bytes
        $moved.files += $step.names.Count
        Write-Advance -Bytes $moved.bytes -All $Plan.bytes -Files $moved.files
    }
    , $errors
}

# The name in its old form, once the file stands there under the new one.
function Remove-Replaced {
    param($Step)
    foreach ($name in $Step.replaced) {
        if (-not [IO.File]::Exists((Get-LongPath -Path (Join-Name -Folder $Step.target -Name $name.new)))) { continue }
        Remove-Entry -Path (Join-Name -Folder $Step.target -Name $name.old) -Kind 'file'
    }
}

# Names that robocopy would take for an option, or Windows for another name.
function Test-OddName {
    param([string] $Name, [string] $Folder)
    ($Name -match '^[-/ ]|[. ]$|[\x00-\x1f"*?<>|]') -or ($Folder -match '[. ](/|$)')
}

function Copy-Odd {
    param($Step, [string] $Name)
    $from = Get-LongPath -Path (Join-Name -Folder $Step.source -Name $Name)
    $to = Get-LongPath -Path (Join-Name -Folder $Step.target -Name $Name)
    try {
        # Over one that may only be read nothing is copied. Its times come along.
        if ([IO.File]::Exists($to)) { [IO.File]::SetAttributes($to, [IO.FileAttributes]::Normal) }
        [IO.File]::Copy($from, $to, $true)
    } catch {
        $cause = $_.Exception.GetBaseException()
        Write-Log "not copied: $($Step.relative)/$($Name): $($cause.Message)"
        @{ number = ($cause.HResult -band 0xffff); text = "$($Step.relative)/$Name" }
    }
}

# Deepest first, so that a folder is empty when its turn comes; one that keeps something stays.
function Remove-Planned {
    param($Plan, [bool] $Before)
    for ($at = $Plan.going.Count - 1; $at -ge 0; $at--) {
        $one = $Plan.going[$at]
        if ($one.before -ne $Before) { continue }
        Invoke-Beat
        Remove-Entry -Path $one.path -Kind $one.kind
    }
}

# A link goes itself, whatever it leads to.
function Remove-Entry {
    param([string] $Path, [string] $Kind)
    $long = Get-LongPath -Path $Path
    try {
        if ($Kind -ceq 'file') {
            if (-not [IO.File]::Exists($long)) { return }
            [IO.File]::SetAttributes($long, [IO.FileAttributes]::Normal)
            [IO.File]::Delete($long)
        } elseif ($Kind -ceq 'folder') {
            if (@([IO.Directory]::GetFileSystemEntries($long)).Count -gt 0) { return }
            # One with an icon of its own may only be read.
            [IO.File]::SetAttributes($long, [IO.FileAttributes]::Normal)
            [IO.Directory]::Delete($long, $false)
        } elseif (([IO.File]::GetAttributes($long) -band [IO.FileAttributes]::Directory) -ne 0) {
            [IO.Directory]::Delete($long, $false)
        } else {
            [IO.File]::Delete($long)
        }
    } catch {
        Write-Log "not deleted: $($Path): $($_.Exception.Message)"
        Stop-Run -Result 'failed' -Reason 'rsync-local'
    }
}

# Files move first and what is gone goes last, so that a run cut short has lost nothing; where there is no room for
# that, the other way round, once.
function Update-Target {
    param($Plan)
    Remove-Planned -Plan $Plan -Before $true
    $errors = Copy-Planned -Plan $Plan
    $full = (Get-Cause -Errors $errors) -ceq 'no-space'
    if ($full -and ($Plan.unread.Count -eq 0) -and ($Plan.going.Count -gt 0)) {
        Confirm-Still
        Write-Log 'no room: what is gone from the source goes first'
        Remove-Planned -Plan $Plan -Before $false
        $errors = Copy-Planned -Plan $Plan
    }
    $cause = Get-Cause -Errors $errors
    if (($cause -ne '') -and ($cause -cne 'locked')) { Stop-Run -Result 'failed' -Reason $cause }
    if ($Plan.unread.Count -gt 0) { Stop-Run -Result 'failed' -Reason 'rsync-partial' }
    if ($cause -ceq 'locked') { Stop-Locked -Errors $errors } else { Clear-BusyMark -Name 'held' }
    $Plan.held = $errors.Count
    Confirm-Still
    Remove-Planned -Plan $Plan -Before $false
}

# Hours may have passed while files moved. What was judged is gone from the disk or landing that was looked at, and from
# no other that has taken its place.
function Confirm-Still {
    if ($script:Job.kind -ceq 'push') { Confirm-Begun } else { Confirm-Again }
}

# A file that a program holds is somebody at work: busy, until the limit has passed; then the rest counts, and is
# marked. Where nobody asked for quiet, that is at once.
function Stop-Locked {
    param($Errors)
    Write-Log "$($Errors.Count) files are held by a program and were not copied"
    if ($script:Job.quiet -gt 0) { Test-Limit -Name 'held' } else { $script:Job.open = $true }
}

# What is still different was not copied, or was changed meanwhile: from a shadow, which stands still, it must not be.
function Confirm-Copied {
    param($Plan)
    $script:Job.bytes = $Plan.bytes
    $left = Compare-Trees -Source (Get-Source) -Target (Get-Target)
    $rest = $left.created + $left.rewritten
    if ($left.unread.Count -gt 0) { Stop-Run -Result 'failed' -Reason 'rsync-partial' }
    $unmoved = @(Find-Unmoved -Plan $Plan -Left $left)
    if ($unmoved.Count -gt $Plan.held) {
        Write-Log "$($unmoved.Count) files were not copied, and nothing says why; one of them: $($unmoved[0])"
        Stop-Run -Result 'failed' -Reason 'rsync-partial'
    }
    if ($rest -gt 0) {
        Write-Log "$rest files differ from the source after they were copied"
        if (($null -ne $script:Job.shadow) -and -not $script:Job.open) {
            Stop-Run -Result 'failed' -Reason 'rsync-partial'
        }
        $script:Job.open = $true
    }
    $left
}

# What stands at both ends as it did before: nobody changed it meanwhile, and nobody copied it.
function Find-Unmoved {
    param($Plan, $Left)
    # Not by .Keys: a file may have that name.
    foreach ($one in $Left.copied.GetEnumerator()) {
        if ($Plan.copied[$one.Key] -ceq $one.Value) { $one.Key }
    }
}

function Get-Source {
    if ($null -ne $script:Job.shadow) { $script:Job.shadow.path } else { $script:Job.source_path }
}

# One word for what went wrong, by the numbers that Windows gives it; nothing when nothing did.
function Get-Cause {
    param($Errors)
    if ($Errors.Count -eq 0) { return '' }
    $numbers = @($Errors | ForEach-Object { $_.number })
    foreach ($number in @(112, 39)) {
        if ($numbers -contains $number) { return 'no-space' }
    }
    foreach ($number in @(51, 53, 54, 55, 58, 59, 64, 65, 67, 121, 1222, 1231, 1232, 1236)) {
        if ($numbers -contains $number) { return 'rsync-network' }
    }
    if ($numbers -contains 19) { return 'rsync-local' }
    foreach ($number in $numbers) {
        if (@(32, 33) -notcontains $number) { return 'rsync-partial' }
    }
    'locked'
}
