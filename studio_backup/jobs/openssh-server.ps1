# How a Windows lets us in: its SSH server, the shell that it starts, the keys of administrators, and who we are there.
#
# registry.ps1, windows-standing.ps1, closing.ps1 and folder-acl.ps1 stand before it.

$SecureShellKey = 'SOFTWARE\OpenSSH'
# The name of the rule that Windows makes for it: UNVERIFIED.
$FirewallRule = 'OpenSSH-Server-In-TCP'

# The file that holds the keys of all administrators, and who may change it.
function Get-AdministratorKey {
    $path = [IO.Path]::Combine($env:ProgramData, 'ssh\administrators_authorized_keys')
    $answer = [ordered]@{ path = $path; standing = ''; trouble = '' }
    try {
        $answer.standing = Get-Standing -Path $path
        if ($answer.standing -eq 'file') {
            $answer['security'] = Read-Security -Security ([IO.File]::GetAccessControl($path))
        }
    } catch {
        $answer.trouble = "$($_.Exception.Message)"
    }
    return $answer
}

# Asked for by its one name: to list all rules takes long.
function Get-FirewallRule {
    $answer = [ordered]@{ trouble = ''; rules = @() }
    try {
        $found = @()
        foreach ($rule in @(Get-CimInstance -Namespace 'root\StandardCimv2' -ClassName 'MSFT_NetFirewallRule' -Filter "InstanceID='$FirewallRule'")) {
            $found += [ordered]@{ enabled = "$([int] $rule.Enabled)"; action = "$([int] $rule.Action)" }
        }
        $answer.rules = @($found)
    } catch {
        $answer.trouble = "$($_.Exception.Message)"
    }
    return $answer
}

# The word `firewall` asks for the rule as well.
function Read-SecureShell {
    param([string[]] $Wanted)
    $who = [Security.Principal.WindowsIdentity]::GetCurrent()
    $principal = New-Object Security.Principal.WindowsPrincipal($who)
    $services = @()
    foreach ($service in @(Get-CimInstance -ClassName Win32_Service)) {
        if ("$($service.Name)" -eq 'sshd') {
            $services += [ordered]@{ state = "$($service.State)"; start = "$($service.StartMode)" }
        }
    }
    $answer = [ordered]@{
        services  = @($services)
        shell     = Get-RegistryValue -Path $SecureShellKey -Name 'DefaultShell'
        option    = Get-RegistryValue -Path $SecureShellKey -Name 'DefaultShellCommandOption'
        escaping  = Get-RegistryValue -Path $SecureShellKey -Name 'DefaultShellEscapeArguments'
        keys      = Get-AdministratorKey
        person    = "$($who.User.Value)"
        elevated  = "$($principal.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator))"
    }
    if ($Wanted -contains 'firewall') { $answer['firewall'] = Get-FirewallRule }
    return $answer
}

# So that it is there after the next start of Windows; whether it runs now is left as it is.
function Set-SecureShellStart {
    Set-Service -Name 'sshd' -StartupType Automatic
    'sshd starts with Windows'
}
