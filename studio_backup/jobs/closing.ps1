# Folders that only SYSTEM and Administrators may enter, and files that have no other rules than their folder.

$Administrators = 'S-1-5-32-544'
$LocalSystem = 'S-1-5-18'

# Both may do everything, here and below; nothing is inherited from above.
function New-FolderSecurity {
    $security = New-Object Security.AccessControl.DirectorySecurity
    $security.SetOwner((New-Object Security.Principal.SecurityIdentifier($Administrators)))
    $security.SetAccessRuleProtection($true, $false)
    foreach ($sid in @($LocalSystem, $Administrators)) {
        $who = New-Object Security.Principal.SecurityIdentifier($sid)
        $rule = New-Object Security.AccessControl.FileSystemAccessRule($who, 'FullControl', 'ContainerInherit, ObjectInherit', 'None', 'Allow')
        $security.AddAccessRule($rule)
    }
    return $security
}

# Owner Administrators, and no rule of its own: what may be done with it, its folder says.
function Set-FileOwner {
    param([string] $Path)
    $security = New-Object Security.AccessControl.FileSecurity
    $security.SetOwner((New-Object Security.Principal.SecurityIdentifier($Administrators)))
    $security.SetAccessRuleProtection($false, $false)
    [IO.File]::SetAccessControl($Path, $security)
}

# Our state, which whoever takes the lock needs before anything else. What is not there yet is made closed: into a new
# folder below ProgramData anybody may put files otherwise. A junction there would lead what we write elsewhere. The
# uppermost that somebody made before us is closed, so that nothing below it can be changed for something else from here
# on; one further down of somebody is not used: a lock or an entry in it could be a second name of any file.
function Initialize-State {
    param([string] $State)
    $above = [IO.Path]::GetDirectoryName($State)
    foreach ($folder in @($above, $State, "$State\manifest", "$State\log")) {
        $null = [IO.Directory]::CreateDirectory($folder, (New-FolderSecurity))
        if (([int] [IO.File]::GetAttributes($folder) -band 1024) -ne 0) {
            throw "$folder is no folder of ours: it leads elsewhere"
        }
        $security = [IO.Directory]::GetAccessControl($folder)
        $owner = "$($security.GetOwner([Security.Principal.SecurityIdentifier]).Value)"
        if (@($LocalSystem, $Administrators) -contains $owner) { continue }
        if ($folder -ne $above) { throw "$folder belongs to ${owner}: move it away, then begin again" }
        [IO.Directory]::SetAccessControl($folder, (New-FolderSecurity))
    }
}
