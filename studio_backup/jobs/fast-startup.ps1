# Fast Startup: with it a shut-down is half a hibernation, and leaves volumes mounted that another system writes to.
#
# registry.ps1 stands before it. The place of the policy is UNVERIFIED.

$SessionPower = 'SYSTEM\CurrentControlSet\Control\Session Manager\Power'
$HibernationPower = 'SYSTEM\CurrentControlSet\Control\Power'
$PolicyOfSystem = 'SOFTWARE\Policies\Microsoft\Windows\System'

# The setting itself, whether there is hibernation at all, and what a policy says.
function Read-FastStartup {
    return [ordered]@{
        setting     = Get-RegistryValue -Path $SessionPower -Name 'HiberbootEnabled'
        hibernation = Get-RegistryValue -Path $HibernationPower -Name 'HibernateEnabled'
        policy      = Get-RegistryValue -Path $PolicyOfSystem -Name 'HiberbootEnabled'
    }
}

# The word is yes or no. It counts from the next shut-down on.
function Set-FastStartup {
    param([string[]] $Words)
    foreach ($word in $Words) {
        $number = 0
        if ($word -ceq 'yes') { $number = 1 }
        Set-RegistryNumber -Path $SessionPower -Name 'HiberbootEnabled' -Number $number
        "Fast Startup from the next shut-down on: $word"
    }
}
