# What this Windows has for its part in the copies. Reads only.

# Each name that ends in .exe is a program of Windows itself, any other one a service.
function Read-Need {
    param([string[]] $Programs)
    $principal = New-Object Security.Principal.WindowsPrincipal([Security.Principal.WindowsIdentity]::GetCurrent())
    $services = @(Get-CimInstance -ClassName Win32_Service)
    $found = @()
    foreach ($program in @($Programs)) {
        if ($program.EndsWith('.exe')) {
            $there = [IO.File]::Exists([IO.Path]::Combine([Environment]::SystemDirectory, $program))
            $state = if ($there) { 'there' } else { 'not there' }
        } else {
            $state = 'not there'
            foreach ($service in $services) {
                if ($service.Name -eq $program) { $state = "$($service.State)" }
            }
        }
        $found += @{ name = $program; state = $state }
    }
    $epoch = New-Object DateTime(1970, 1, 1, 0, 0, 0, [DateTimeKind]::Utc)
    @{
        version = "$($PSVersionTable.PSVersion)"
        elevated = $principal.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)
        data = "$($env:ProgramData)"
        clock = [long] [Math]::Floor(([DateTime]::UtcNow - $epoch).TotalSeconds)
        programs = $found
    }
}
