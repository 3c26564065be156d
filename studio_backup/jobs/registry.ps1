# Values below HKEY_LOCAL_MACHINE, on its 64-bit side whichever PowerShell reads: by type and number, never as text of
# a tool. A key that may not be read throws; one that is not there is no value.

function Open-MachineKey {
    param([string] $Path, [bool] $Writable)
    $machine = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', 'Registry64')
    return $machine.OpenSubKey($Path, $Writable)
}

function Get-RegistryValue {
    param([string] $Path, [string] $Name)
    $answer = [ordered]@{ state = 'absent'; sort = ''; value = '' }
    $key = Open-MachineKey -Path $Path -Writable $false
    if ($null -eq $key) { return $answer }
    try {
        if (@($key.GetValueNames()) -contains $Name) {
            $answer.state = 'there'
            $answer.sort = "$($key.GetValueKind($Name))"
            $answer.value = "$($key.GetValue($Name))"
        }
    } finally {
        $key.Close()
    }
    return $answer
}

function Set-RegistryNumber {
    param([string] $Path, [string] $Name, [int] $Number)
    $key = Open-MachineKey -Path $Path -Writable $true
    if ($null -eq $key) { throw "the registry has no key $Path" }
    try { $key.SetValue($Name, $Number, 'DWord') } finally { $key.Close() }
}
