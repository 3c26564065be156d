# What stands at a path of ours on Windows, told by listings alone: an error is never taken for absence, and nothing
# that leads elsewhere (a junction, a link) is followed.

# file, folder, or link: whatever leads elsewhere, be it to a file or to a folder.
function Get-Nature {
    param([string] $Path)
    # As a number: names of attributes that this .NET does not know would make text of all of them one number.
    $attributes = [int] [IO.File]::GetAttributes($Path)
    if (($attributes -band 1024) -ne 0) { return 'link' }
    if (($attributes -band 16) -ne 0) { return 'folder' }
    return 'file'
}

# absent, or the nature of the first part of the path that is no folder, or of the whole. Each part is looked for in
# the listing of the folder above it.
function Get-Standing {
    param([string] $Path)
    $at = [IO.Path]::GetPathRoot($Path)
    $nature = 'folder'
    foreach ($part in $Path.Substring($at.Length).Split('\')) {
        if ($nature -ne 'folder') { return $nature }
        $found = ''
        foreach ($entry in [IO.Directory]::GetFileSystemEntries($at)) {
            # By letters and their case: -eq takes another folder, with a letter that has no weight, for this one.
            $same = [string]::Equals([IO.Path]::GetFileName($entry), $part, [StringComparison]::OrdinalIgnoreCase)
            if ($same) { $found = $entry }
        }
        if ($found -eq '') { return 'absent' }
        $at = $found
        $nature = Get-Nature -Path $at
    }
    return $nature
}

# SHA-256 in lower-case hexadecimal digits.
function Get-DigestOfBytes {
    param([byte[]] $Bytes)
    $algorithm = [Security.Cryptography.SHA256]::Create()
    try {
        return [BitConverter]::ToString($algorithm.ComputeHash($Bytes)).Replace('-', '').ToLowerInvariant()
    } finally {
        $algorithm.Dispose()
    }
}
