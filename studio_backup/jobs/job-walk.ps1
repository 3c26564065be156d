# Walking a tree ourselves: no link is followed, no name is too long, nothing that cannot be listed counts as empty.

$script:PartialFolder = '.studio-backup-partial'

# A path that Windows takes as it stands: longer than 260 letters, or with a name that ends in a dot or a blank.
# Where this PowerShell takes none of these, plain paths are used, and what they cannot reach is reported.
function Get-LongPath {
    param([string] $Path)
    if (-not $script:Job.prefixed) { return $Path }
    if ($Path.StartsWith('\\')) { return '\\?\UNC' + $Path.Substring(1) }
    '\\?\' + $Path
}

function Join-Name {
    param([string] $Folder, [string] $Name)
    $Folder.TrimEnd('\') + '\' + $Name
}

function Join-Relative {
    param([string] $Folder, [string] $Name)
    if ($Folder -eq '') { $Name } else { "$Folder/$Name" }
}

# What a folder holds: name, kind (file, folder or link), size, and when it was written, in ticks. Throws when it cannot
# be listed.
function Get-Entries {
    param([string] $Folder)
    $list = New-Object Collections.ArrayList
    $info = New-Object IO.DirectoryInfo((Get-LongPath -Path ($Folder.TrimEnd('\') + '\')))
    foreach ($one in $info.GetFileSystemInfos()) {
        $kind = 'file'
        if ($one -is [IO.DirectoryInfo]) { $kind = 'folder' }
        if ((($one.Attributes -band [IO.FileAttributes]::ReparsePoint) -ne 0) -and (Test-Link -Path $one.FullName)) {
            $kind = 'link'
        }
        $size = [long] 0
        if ($kind -ceq 'file') { $size = $one.Length }
        $entry = @{ name = $one.Name; kind = $kind; size = $size; time = $one.LastWriteTimeUtc.Ticks; used = $false }
        $null = $list.Add($entry)
    }
    , $list
}

# A file that Windows keeps elsewhere or stores once for many is a reparse point, too, and no link; nor is one that has
# two names.
function Test-Link {
    param([string] $Path)
    $item = Get-Item -LiteralPath $Path -Force
    @('', 'HardLink') -notcontains "$($item.LinkType)"
}

# What is copied nowhere: the patterns of the copy, and our own files of a volume.
function Test-Skipped {
    param($Entry, [string] $Relative)
    $name = $Entry.name
    if (($name -eq $SentinelName) -or ($name -eq $script:PartialFolder)) { return $true }
    # At the root of a clone: whose copy it is.
    if (($script:Job.kind -ceq 'clone') -and ($Relative -eq $script:MarkerName)) { return $true }
    $pattern = $script:Job.skip_file
    if ($Entry.kind -ceq 'folder') { $pattern = $script:Job.skip_folder }
    ($null -ne $pattern) -and $pattern.IsMatch($Relative)
}

# One name whatever form its accents have and whatever case its letters.
function Get-Folded {
    param([string] $Name)
    try { return $Name.Normalize([Text.NormalizationForm]::FormC).ToUpperInvariant() } catch { $null = $_ }
    $Name.ToUpperInvariant()
}

# Every file below a folder, but links and half files: to be counted as it lies there.
function Measure-Files {
    param([string] $Folder)
    [long] $count = 0
    $waiting = New-Object Collections.Stack
    $waiting.Push($Folder)
    while ($waiting.Count -gt 0) {
        $here = $waiting.Pop()
        Invoke-Beat
        foreach ($entry in (Get-Entries -Folder $here)) {
            if ($entry.name -eq $script:PartialFolder) { continue }
            if ($entry.kind -ceq 'file') { $count++ }
            if ($entry.kind -ceq 'folder') { $waiting.Push((Join-Name -Folder $here -Name $entry.name)) }
        }
    }
    $count
}
