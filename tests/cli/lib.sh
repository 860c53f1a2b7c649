# SPDX-License-Identifier: MIT
# lib.sh - what a case may use beside sh and the usual tools.  Read before the case; see run.sh.

ba() { "$CMD" "$@"; }

# status COMMAND...: run it and print its exit status instead of ending the case.
status() {
    if "$@"; then echo 0; else echo $?; fi
}

fail() {
    echo "FAIL: $*"
    exit 1
}

# same A B: two files hold the same bytes.
same() {
    cmp -s "$1" "$2" || { diff "$1" "$2" | head -n 20; fail "$1 and $2 differ"; }
}

# exits STATUS COMMAND...: the command ends with that status; its output is kept in ./stdout and ./stderr.
exits() {
    expected=$1
    shift
    got=0
    "$@" >stdout 2>stderr || got=$?
    [ "$got" = "$expected" ] || { cat stderr; fail "'$*' ended with $got, not $expected"; }
}

# A small export with deliveries and bounces: small_export [N] >FILE.
small_export() {
    awk -v n="${1:-60}" 'BEGIN {
        print "type,timeLogged,orig,rcpt,jobId,dsnAction,dsnStatus,dsnDiag,dsnMta,vmta"
        for (i = 0; i < n; i++) {
            t = sprintf("2026-10-%02d 10:%02d:%02d+0000", 1 + i % 28, i % 60, i % 60)
            d = i % 3 == 0 ? "example.org" : i % 3 == 1 ? "example.net" : "gmail.com"
            if (i % 4 == 0)
                printf "b,%s,news@example.com,user.%04d@%s,job%d,failed,5.1.1 (bad destination mailbox address),\"smtp;550 5.1.1 <user.%04d@%s>: Recipient address rejected: User unknown\",mx.%s (192.0.2.1),vmta1\n", t, i, d, i % 5, i, d, d
            else
                printf "d,%s,news@example.com,user.%04d@%s,job%d,relayed,2.0.0 (success),smtp;250 2.0.0 OK,mx.%s (192.0.2.1),vmta1\n", t, i, d, i % 5, d
        }
    }'
}
