# Walking a tree ourselves: no link is followed, no name is too long, nothing that cannot be listed counts as empty.

# Whether this PowerShell takes paths that begin with \\?\: found out by whoever walks, on a folder that is there.
$script:Prefixed = $false

function Find-Prefix {
    param([string] $Folder)
    $script:Prefixed = [IO.Directory]::Exists('\\?\' + $Folder)
}

# A path that Windows takes as it stands: longer than 260 letters, or with a name that ends in a dot or a blank.
# Where this PowerShell takes none of these, plain paths are used, and what they cannot reach is reported.
function Get-LongPath {
    param([string] $Path)
    if (-not $script:Prefixed) { return $Path }
    if ($Path.StartsWith('\\')) { return '\\?\UNC' + $Path.Substring(1) }
    '\\?\' + $Path
}

function Join-Name {
    param([string] $Folder, [string] $Name)
    $Folder.TrimEnd('\') + '\' + $Name
}

# By the letters and whatever their case, as file systems of Windows do: -eq overlooks letters that have no weight.
function Test-SameName {
    param([string] $Name, [string] $Other)
    [string]::Equals($Name, $Other, [StringComparison]::OrdinalIgnoreCase)
}

function Join-Relative {
    param([string] $Folder, [string] $Name)
    # Not -eq: what has no weight, as an emoji, equals nothing.
    if ($Folder.Length -eq 0) { $Name } else { "$Folder/$Name" }
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
