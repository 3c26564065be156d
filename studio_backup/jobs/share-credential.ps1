# Passwords that jobs log in with at shares: a file each in a folder that only SYSTEM and Administrators enter, and
# beside it a note of where the password was found and when the file was written. Neither the password nor anything of it is
# ever told.
#
# holding.ps1, windows-standing.ps1, closing.ps1 and folder-acl.ps1 stand before it.

# What stands at each path, who may do what with it, and what its note says.
function Read-Credential {
    param([string[]] $Wanted)
    $found = @()
    foreach ($path in $Wanted) {
        $one = [ordered]@{ Path = $path; Nature = (Get-Standing -Path $path); Whence = ''; Noted = ''; Written = '' }
        if ($one.Nature -ceq 'file') {
            $one.Written = Get-Written -Path $path
            $one['Security'] = Read-Security -Security ([IO.File]::GetAccessControl($path))
            if ((Get-Standing -Path "$path.set") -ceq 'file') {
                $lines = [IO.File]::ReadAllText("$path.set") -split "`n"
                if ($lines.Count -ge 2) {
                    $one.Whence = $lines[0]
                    $one.Noted = $lines[1]
                }
            }
        }
        $found += $one
    }
    [ordered]@{ Credentials = @($found) }
}

# When it was last written, and how large it is: whoever writes another password there changes one of them.
function Get-Written {
    param([string] $Path)
    $info = New-Object IO.FileInfo($Path)
    "$($info.LastWriteTimeUtc.ToString('o')) $($info.Length)"
}

# Throws where something else stands at the place, or its folder is no folder of ours.
function Assert-Credential {
    param([string[]] $Words)
    foreach ($word in $Words) {
        $one = ConvertFrom-Json -InputObject $word
        foreach ($path in @($one.path, "$($one.path).set")) {
            $nature = Get-Standing -Path $path
            if (@('absent', 'file') -cnotcontains $nature) { throw "$path is no plain file: $nature" }
        }
        $folder = [IO.Path]::GetDirectoryName($one.path)
        if ((Get-Standing -Path $folder) -cne 'folder') { throw "$folder is no folder" }
    }
}

# The note goes first: cut anywhere between, the password counts as set by somebody else, and is set again. What takes the
# place of a file may take its rules over, and what lay aside keeps its own: neither lets anybody in.
function Set-Credential {
    param([string[]] $Words, [string] $Password)
    $one = ConvertFrom-Json -InputObject $Words[0]
    if (($Password -eq '') -or ($Password -match '[\r\n]')) { throw 'the password is empty, or has several lines' }
    [IO.File]::Delete("$($one.path).set")
    [IO.File]::Delete("$($one.path).new")
    if ([IO.File]::Exists($one.path)) { Set-FileOwner -Path $one.path }
    Write-Whole -Path $one.path -Text "$Password`n"
    Write-Whole -Path "$($one.path).set" -Text "$($one.whence)`n$(Get-Written -Path $one.path)`n"
    "set the password in $($one.path)"
}

function Remove-Credential {
    param([string[]] $Words)
    foreach ($word in $Words) {
        $one = ConvertFrom-Json -InputObject $word
        foreach ($path in @($one.path, "$($one.path).set")) { [IO.File]::Delete($path) }
    }
}
