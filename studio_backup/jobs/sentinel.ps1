# The sentinel of a volume: one line in a file in its root that says which volume it is. A bare folder lacks it.
#
# volume.ps1 stands before it in every script.

$SentinelName = '.studio-backup-volume'
$SentinelLimit = 4096

# How the sentinel in a root is: absent, no plain file, or its first line. What cannot be listed is no answer.
function Get-SentinelLine {
    param([string]$Root)
    $answer = [ordered]@{ Root = $Root; State = 'absent'; Line = '' }
    try {
        $found = @([IO.Directory]::GetFileSystemEntries((ConvertTo-MountPlace -Path $Root), $SentinelName))
    } catch {
        if ($_.Exception.GetBaseException() -is [IO.DirectoryNotFoundException]) { return $answer }
        $answer.State = 'unread'
        $answer.Line = "$($_.Exception.GetBaseException().Message)"
        return $answer
    }
    if ($found.Count -eq 0) { return $answer }
    $path = [IO.Path]::Combine((ConvertTo-MountPlace -Path $Root), $SentinelName)
    $unfit = [int][IO.FileAttributes]::Directory -bor [int][IO.FileAttributes]::ReparsePoint
    if (([int][IO.File]::GetAttributes($path) -band $unfit) -ne 0) {
        $answer.State = 'other'
        return $answer
    }
    $bytes = [IO.File]::ReadAllBytes($path)
    if ($bytes.Length -gt $SentinelLimit) {
        $answer.State = 'other'
        return $answer
    }
    $text = (New-Object -TypeName Text.UTF8Encoding -ArgumentList $false).GetString($bytes)
    $answer.State = 'sentinel'
    $answer.Line = $text.Split("`n")[0].TrimEnd("`r")
    return $answer
}

# The sentinels in all roots, for a survey.
function Read-Sentinel {
    param([string[]]$Wanted)
    $found = @()
    foreach ($root in $Wanted) { $found = $found + (Get-SentinelLine -Root $root) }
    return [ordered]@{ Sentinels = @($found) }
}

# Each word is JSON: root, id, text. Throws unless that very volume is mounted there, and no other sentinel on it.
function Assert-SentinelPlace {
    param([string[]]$Words)
    foreach ($word in $Words) {
        $one = ConvertFrom-Json -InputObject $word
        Assert-MountedVolume -Path $one.root -Id $one.id
        $seen = Get-SentinelLine -Root $one.root
        $ours = $seen.State -ceq 'sentinel' -and $seen.Line -ceq $one.text
        if ($seen.State -ceq 'absent' -or $ours) { continue }
        if ($seen.State -ceq 'unread') { throw "the sentinel at $($one.root) cannot be looked for: $($seen.Line)" }
        if ($seen.State -ceq 'other') { throw "something else than a sentinel has its name at $($one.root)" }
        throw "another sentinel stands at $($one.root): $($seen.Line)"
    }
}

# Writes what is not there yet, over nothing.
function Set-Sentinel {
    param([string[]]$Words)
    foreach ($word in $Words) {
        $one = ConvertFrom-Json -InputObject $word
        if ((Get-SentinelLine -Root $one.root).State -ceq 'sentinel') { continue }
        $path = [IO.Path]::Combine((ConvertTo-MountPlace -Path $one.root), $SentinelName)
        $bytes = (New-Object -TypeName Text.UTF8Encoding -ArgumentList $false).GetBytes("$($one.text)`n")
        $stream = [IO.File]::Open($path, [IO.FileMode]::CreateNew, [IO.FileAccess]::Write)
        try { $stream.Write($bytes, 0, $bytes.Length) } finally { $stream.Close() }
        "marked the volume at $($one.root)"
    }
}
