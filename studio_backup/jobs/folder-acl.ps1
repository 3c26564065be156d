# Folders of ours on Windows: who owns them, and who may do what in them; by SID alone, since names are in the
# language of the system.
#
# windows-standing.ps1 and closing.ps1 stand before it.

function Read-Security {
    param($Security)
    $rules = @()
    foreach ($rule in $Security.GetAccessRules($true, $true, [Security.Principal.SecurityIdentifier])) {
        $rules += [ordered]@{
            sid = "$($rule.IdentityReference.Value)"
            type = "$($rule.AccessControlType)"
            # As numbers: generic rights have no name there.
            rights = "$([int] $rule.FileSystemRights)"
            inherit = "$([int] $rule.InheritanceFlags)"
            propagate = "$([int] $rule.PropagationFlags)"
            inherited = "$($rule.IsInherited)"
        }
    }
    return [ordered]@{
        owner = "$($Security.GetOwner([Security.Principal.SecurityIdentifier]).Value)"
        closed = "$($Security.AreAccessRulesProtected)"
        rules = $rules
    }
}

# The files right in a folder that have an owner or rules of their own; a folder in it is asked about by itself.
function Get-LooseFile {
    param([string] $Folder)
    foreach ($path in [IO.Directory]::GetFileSystemEntries($Folder)) {
        if ((Get-Nature -Path $path) -eq 'file') {
            $security = Read-Security -Security ([IO.File]::GetAccessControl($path))
            $own = @($security.rules | Where-Object { $_.inherited -ne 'True' })
            $ours = @($Administrators, $LocalSystem) -contains $security.owner
            if (-not $ours -or $security.closed -eq 'True' -or $own.Count -gt 0) {
                $security['name'] = [IO.Path]::GetFileName($path)
                $security
            }
        }
    }
}

# One object: each folder asked for, what stands at its path, its owner and rules.
function Read-FolderAccess {
    param([string[]] $Folders)
    $found = @()
    foreach ($folder in $Folders) {
        $entry = [ordered]@{ folder = $folder; standing = (Get-Standing -Path $folder); trouble = '' }
        if ($entry.standing -eq 'folder') {
            try {
                $entry['security'] = Read-Security -Security ([IO.Directory]::GetAccessControl($folder))
                $entry['loose'] = @(Get-LooseFile -Folder $folder)
            } catch {
                $entry['trouble'] = $_.Exception.Message
            }
        }
        $found += $entry
    }
    return [ordered]@{ folders = $found }
}

# Throws for what is no folder, or leads elsewhere. Absent or there is all the same: to be asked, and to hold the lock,
# makes some of them.
function Assert-Folder {
    param([string[]] $Folders)
    foreach ($folder in $Folders) {
        $now = Get-Standing -Path $folder
        if (@('absent', 'folder') -notcontains $now) { throw "$folder is no folder, or leads elsewhere: $now" }
    }
}

function Set-LooseFile {
    param([string] $Folder)
    foreach ($loose in @(Get-LooseFile -Folder $Folder)) {
        Set-FileOwner -Path ([IO.Path]::Combine($Folder, $loose.name))
        "rules of its folder again: $($loose.name)"
    }
}

function Set-Folder {
    param([string[]] $Folders)
    foreach ($folder in $Folders) {
        Assert-Folder -Folders @($folder)
        if ((Get-Standing -Path $folder) -eq 'absent') {
            # Closed from its first moment: a folder that is made and then closed is open in between.
            [IO.Directory]::CreateDirectory($folder, (New-FolderSecurity)) | Out-Null
        } else {
            [IO.Directory]::SetAccessControl($folder, (New-FolderSecurity))
        }
        Set-LooseFile -Folder $folder
        "only SYSTEM and Administrators: $folder"
    }
}

# An empty folder goes; one with something in it stays as it is.
function Remove-Folder {
    param([string[]] $Folders)
    foreach ($folder in $Folders) {
        Assert-Folder -Folders @($folder)
        if ((Get-Standing -Path $folder) -eq 'absent') { continue }
        $left = @([IO.Directory]::GetFileSystemEntries($folder))
        if ($left.Count -eq 0) {
            [IO.Directory]::Delete($folder)
            "removed: $folder"
        } else {
            "kept, since something is in it: $folder"
        }
    }
}
