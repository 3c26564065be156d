# Files of ours on Windows: every file below a folder with its bytes, and one written aside that takes its place whole.
#
# windows-standing.ps1 and closing.ps1 stand before it.

# Nothing of ours is larger; a larger one is told by its size.
$LargestFile = 1048576

function Read-FileEntry {
    param([string] $Path)
    $nature = ''
    $bytes = ''
    $size = 0
    $trouble = ''
    try {
        $nature = Get-Nature -Path $Path
        if ($nature -eq 'file') {
            $size = (New-Object IO.FileInfo($Path)).Length
            if ($size -le $LargestFile) { $bytes = [Convert]::ToBase64String([IO.File]::ReadAllBytes($Path)) }
        }
    } catch {
        $trouble = $_.Exception.Message
    }
    return [ordered]@{ path = $Path; nature = $nature; size = "$size"; bytes = $bytes; trouble = $trouble }
}

function Get-FileEntry {
    param([string] $Folder)
    foreach ($path in [IO.Directory]::GetFileSystemEntries($Folder)) {
        $entry = Read-FileEntry -Path $path
        $entry
        if ($entry.nature -eq 'folder') { Get-FileEntry -Folder $path }
    }
}

# One object: each folder asked for, what stands at its path, and everything below it.
function Read-OurFile {
    param([string[]] $Folders)
    $found = @()
    foreach ($folder in $Folders) {
        $standing = Get-Standing -Path $folder
        $entries = @()
        if ($standing -eq 'folder') { $entries = @(Get-FileEntry -Folder $folder) }
        $found += [ordered]@{ folder = $folder; standing = $standing; entries = $entries }
    }
    return [ordered]@{ folders = $found }
}

# Throws unless there stands what was seen: `absent`, or a file with these bytes (their digest).
function Assert-OurFile {
    param([string[]] $Words)
    foreach ($word in $Words) {
        $file = ConvertFrom-Json -InputObject $word
        $above = Get-Standing -Path ([IO.Path]::GetDirectoryName($file.path))
        if ($above -ne 'folder') { throw "$($file.path): where its folder should be, there is: $above" }
        $now = Get-Standing -Path $file.path
        if ($now -eq 'file') { $now = Get-DigestOfBytes -Bytes ([IO.File]::ReadAllBytes($file.path)) }
        if ($now -ne $file.seen) { throw "$($file.path): not what was seen there; look again" }
    }
}

# A run that was cut off may have left files aside: NAME.RANDOM.new.
function Remove-FileAside {
    param([string] $Path)
    $name = [Regex]::Escape([IO.Path]::GetFileName($Path))
    foreach ($entry in [IO.Directory]::GetFileSystemEntries([IO.Path]::GetDirectoryName($Path))) {
        if ([IO.Path]::GetFileName($entry) -match "^$name\.[a-z0-9]{8}\.[a-z0-9]{3}\.new$") { [IO.File]::Delete($entry) }
    }
}

function Set-OurFile {
    param([string[]] $Words)
    foreach ($word in $Words) {
        $file = ConvertFrom-Json -InputObject $word
        $bytes = [Convert]::FromBase64String($file.bytes)
        Remove-FileAside -Path $file.path
        $aside = "$($file.path).$([IO.Path]::GetRandomFileName()).new"
        try {
            $stream = New-Object IO.FileStream($aside, [IO.FileMode]::CreateNew, [IO.FileAccess]::Write, [IO.FileShare]::None)
            try {
                $stream.Write($bytes, 0, $bytes.Length)
                $stream.Flush($true)
            } finally {
                $stream.Dispose()
            }
            Set-FileOwner -Path $aside
            Assert-OurFile -Words @($word)
            if ($file.seen -eq 'absent') {
                [IO.File]::Move($aside, $file.path)
            } else {
                # $null would reach it as an empty name of a file to keep the old one under.
                [IO.File]::Replace($aside, $file.path, [NullString]::Value)
                # What took the place of a file may have taken its rules over, too.
                Set-FileOwner -Path $file.path
            }
        } finally {
            if ([IO.File]::Exists($aside)) { [IO.File]::Delete($aside) }
        }
        "written: $($file.path), $($bytes.Length) bytes"
    }
}

function Remove-OurFile {
    param([string[]] $Words)
    foreach ($word in $Words) {
        Assert-OurFile -Words @($word)
        $file = ConvertFrom-Json -InputObject $word
        [IO.File]::Delete($file.path)
        "removed: $($file.path)"
    }
}
