# Makes one copy now: starts its task and follows it, `progress<TAB>...` lines, then `record<TAB>{json}` or
# `failed<TAB>why`. Where a run is under way already nothing is started: that one's record, or `locked<TAB>`.
#
# The task goes on when this is cut off.

function Write-Word {
    param([string] $Word, [string] $Rest)
    [Console]::Out.Write("$Word`t$Rest`n")
    [Console]::Out.Flush()
}

function Start-CopyNow {
    param($Document)
    $before = @(Get-RunFiles -Document $Document)
    $info = Get-TaskNow -Document $Document
    if ($info.running) {
        $line = ''
        if ($before.Count -gt 0) { $line = Read-Record -Path $before[-1] }
        if ($line.Contains('"result":"running"')) {
            Write-Word -Word 'record' -Rest $line
        } else {
            Write-Word -Word 'locked'
        }
        return
    }
    if (-not (Grant-Accepted -Document $Document)) { return }
    try {
        Start-ScheduledTask -TaskPath $Document.folder -TaskName $Document.task
    } catch {
        $said = ConvertTo-OneLine -Text $_.Exception.Message
        Write-Word -Word 'failed' -Rest "Task Scheduler did not start $($Document.task): $said"
        return
    }
    Wait-Copy -Document $Document -Before $before -Last $info.last
}

# Says whose list is accepted, where that run was refused.
function Grant-Accepted {
    param($Document)
    if ($Document.accept -eq '') { return $true }
    if (-not [IO.File]::Exists("$($Document.state)\runs\$($Document.id).$($Document.accept).list")) {
        Write-Word -Word 'failed' -Rest "$($Document.nothing) $($Document.accept) here"
        return $false
    }
    Write-Whole -Path "$($Document.state)\accept\$($Document.id)" -Text "$($Document.accept)`n$($Document.who)`n"
    $true
}

# Right after the start it may still be ready, as before: over is what has begun since, and runs no more.
function Wait-Copy {
    param($Document, $Before, [string] $Last)
    $patience = [DateTime]::UtcNow.AddSeconds(60)
    $looks = 20
    while ($true) {
        Start-Sleep -Milliseconds 500
        $info = Get-TaskNow -Document $Document
        $begun = ($info.last -cne $Last) -or ([DateTime]::UtcNow -gt $patience)
        $new = @(Get-RunFiles -Document $Document | Where-Object { $Before -notcontains $_ })
        $line = ''
        if ($new.Count -gt 0) { $line = Read-Record -Path $new[-1] }
        $runs = $line.Contains('"result":"running"')
        if (($line -ne '') -and -not $runs) {
            Write-Word -Word 'record' -Rest $line
            return
        }
        if ($begun -and -not $info.running) {
            # Somebody who looks at it, or a scanner, may hold it for a moment.
            $looks--
            if (($new.Count -gt 0) -and ($line -eq '') -and ($looks -gt 0)) { continue }
            Complete-Wait -Line $line -Result $info.result -Left ($new.Count -gt 0)
            return
        }
        Write-Word -Word 'progress' -Rest (Read-Advance -Document $Document -Files $new)
    }
}

function Complete-Wait {
    param([string] $Line, [string] $Result, [bool] $Left)
    if ($Line -ne '') {
        $closed = '"result":"failed","reason":"interrupted"'
        Write-Word -Word 'record' -Rest $Line.Replace('"result":"running","reason":null', $closed)
    } elseif ($Result -ceq '6') {
        Write-Word -Word 'locked'
    } elseif ($Left) {
        Write-Word -Word 'failed' -Rest "its task ended with $Result, and its record cannot be read"
    } else {
        Write-Word -Word 'failed' -Rest "its task ended with $Result, and left no record"
    }
}

# Whether it runs or waits to, when it last began and how it ended, as text.
function Get-TaskNow {
    param($Document)
    $task = Get-ScheduledTask -TaskPath $Document.folder -TaskName $Document.task
    $info = Get-ScheduledTaskInfo -TaskPath $Document.folder -TaskName $Document.task
    $last = ''
    if ($null -ne $info.LastRunTime) { $last = $info.LastRunTime.ToUniversalTime().ToString('o') }
    # 4 and 2 where the state comes as its number.
    $running = @('Running', 'Queued', '4', '2') -contains "$($task.State)"
    @{ running = $running; last = $last; result = "$($info.LastTaskResult)" }
}

function Get-RunFiles {
    param($Document)
    $folder = "$($Document.state)\runs"
    if (-not [IO.Directory]::Exists($folder)) { return }
    [IO.Directory]::GetFiles($folder, "$($Document.id).*.json") | Sort-Object
}

# The first line; while it is replaced there may be none for a moment.
function Read-Record {
    param([string] $Path)
    try { return ((Read-Aside -Path $Path) -split "`n")[0] } catch { $null = $_ }
    ''
}

function Read-Advance {
    param($Document, $Files)
    if (@($Files).Count -eq 0) { return '' }
    $path = [IO.Path]::ChangeExtension(@($Files)[-1], 'progress')
    if (-not [IO.File]::Exists($path)) { return '' }
    Read-Record -Path $path
}

# What a run would do, here and now; nothing is written.
function Show-CopyPreview {
    param($Document)
    $script:Job = Read-Job -Path $Document.path
    Show-Preview
}

function ConvertTo-OneLine {
    param([string] $Text)
    [Regex]::Replace($Text, '\s+', ' ')
}
