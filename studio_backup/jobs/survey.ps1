# Asks every fragment of one document, each with its own time, and answers for all of them at once.
function Invoke-Survey {
    param($Document)
    $answers = @()
    foreach ($fragment in @($Document.fragments)) {
        $started = Start-Fragment -Runner $Document.runner -Fragment $fragment -Listing $true
        $ended = Wait-Fragment -Started $started -Seconds $fragment.seconds
        if ($null -eq $ended) { $ended = @{ hung = $true } }
        $answers += $ended
    }
    Send-Answer -Nonce $Document.nonce -Answer @{ answers = $answers }
}
