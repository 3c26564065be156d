# Tells how a transfer ended. In: its stderr. Variable: code, its exit code; complete=1 when a vanished file is a failure.
# Out: `RESULT REASON OPEN`, RESULT one of ok failed refused busy no-answer host-key login, REASON - when there is none.
# Lines are matched from their beginning: a file's name, which rsync quotes later in its line, says nothing here.

function answer(result, why) { print result, why, open + 0; exit }

/^studio-backup-gate: open$/ { open = 1 }
/^studio-backup-gate: busy / { busy = 1 }
/^studio-backup-gate: landing in use$/ { landing = 1 }
/^studio-backup-gate: refused / { refused = $3 }
/REMOTE HOST IDENTIFICATION HAS CHANGED|^Host key verification failed|^No [A-Za-z0-9-]+ host key is known for/ { host_key = 1 }
/^[^ ]*: Permission denied \(|^Received disconnect .*Too many authentication failures|^Permission denied/ { login = 1 }
/^ssh: (connect to host|Could not resolve hostname)|^kex_exchange_identification: |^Connection (closed|reset) by / { silent = 1 }
/^Connection timed out during banner exchange/ { silent = 1 }
/^[^ ]*sh: (line )?([0-9]+: )?\/[^ ]*\/gate: (not found|No such file or directory|Permission denied)$/ { gate = 1 }
/\(0 bytes received so far\)/ { nothing = 1 }
/No space left on device|Disk quota exceeded/ { full = 1 }
/protocol version mismatch|^rsync: did not see server greeting/ { protocol = 1 }
/link_stat .* failed: |opendir .* failed: |send_files failed to open / { partial = 1 }

END {
  if (code == 0 || (code == 24 && !complete)) answer("ok", "-")
  if (refused != "") answer("refused", refused)
  if (busy) answer("busy", "source-busy")
  if (landing) answer("busy", "landing-busy")
  if (gate && (nothing || code == 126 || code == 127)) answer("failed", "gate-refused")
  if (host_key) answer("host-key", "host-key")
  if (login) answer("login", "login")
  if (silent && (nothing || code == 255)) answer("no-answer", "no-answer")
  if (full && (code != 23 || !partial)) answer("failed", "no-space")
  if (protocol || code == 2) answer("failed", "rsync-protocol")
  if (code == 23 || code == 24) answer("failed", "rsync-partial")
  if (code == 126 || code == 127) answer("failed", "gate-refused")
  if (code == 10) answer("no-answer", "no-answer")
  if (code == 255) answer(nothing ? "no-answer" : "failed", nothing ? "no-answer" : "rsync-network")
  if (code == 12 && nothing) answer("failed", "rsync-protocol")
  if (code == 12 || code == 30 || code == 35) answer("failed", "rsync-network")
  if (code == 3 || code == 11) answer("failed", "rsync-local")
  if (code == 19 || code == 20) answer("failed", "stopped")
  answer("failed", "rsync-" code)
}
