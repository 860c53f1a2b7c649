# Options beat the environment, that beats --config, that beats the user's file, that beats the machine's.
mkdir -p "$HOME/.config/bounce-analyzer" xdg/bounce-analyzer
echo 'threads = 5' >"$HOME/.config/bounce-analyzer/config"
echo 'threads = 6' >xdg/bounce-analyzer/config
printf '# ours\n\nthreads=7\nquiet\npolicy = strict\n' >own.conf
get() { ba "$@" --print-config | grep '^threads' || echo none; }
get
XDG_CONFIG_HOME=$PWD/xdg get
XDG_CONFIG_HOME=relative get
get --config own.conf
BOUNCE_ANALYZER_THREADS=8 get --config own.conf
BOUNCE_ANALYZER_THREADS=8 get --config own.conf -j 9
get --no-config
ba --config own.conf --print-config | grep -A1 'own.conf'
