# bash completion for bounce-analyzer; made by gen_docs from analyzer/options.def
_bounce_analyzer() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
    COMPREPLY=()
    case $prev in
    -o|--output) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    -t|--to) mapfile -t COMPREPLY < <(compgen -W 'text html json ndjson csv md sqlite' -- "$cur"); return ;;
    --show) mapfile -t COMPREPLY < <(compgen -W 'domain masked full' -- "$cur"); return ;;
    --save-state) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    --for) mapfile -t COMPREPLY < <(compgen -W 'plain sendgrid mailchimp mailgun ses smtp2go postmark sparkpost brevo hubspot mailjet klaviyo activecampaign constantcontact powermta' -- "$cur"); return ;;
    --explain) return ;;
    --pseudonymize) return ;;
    --width) return ;;
    -f|--from) return ;;
    --map) return ;;
    --delimiter) return ;;
    --quote) return ;;
    --escape) return ;;
    --encoding) mapfile -t COMPREPLY < <(compgen -W 'utf-8 utf-16le utf-16be latin1' -- "$cur"); return ;;
    --timezone) return ;;
    --date-order) mapfile -t COMPREPLY < <(compgen -W 'dmy mdy' -- "$cur"); return ;;
    --sent) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    --since) return ;;
    --until) return ;;
    --provider) return ;;
    --campaign) return ;;
    --sender) return ;;
    --rules) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    --providers) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    --baseline) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    --policy) mapfile -t COMPREPLY < <(compgen -W 'careful strict' -- "$cur"); return ;;
    --domain-share) return ;;
    --domain-min) return ;;
    --fail-on) return ;;
    --reply) return ;;
    --enhanced) return ;;
    --rejects) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    --max-bad-rows) return ;;
    --max-expanded) return ;;
    -j|--threads) return ;;
    --memory) return ;;
    --engine) mapfile -t COMPREPLY < <(compgen -W 'auto own libcsv' -- "$cur"); return ;;
    --gunzip) mapfile -t COMPREPLY < <(compgen -W 'auto zlib isal' -- "$cur"); return ;;
    --block-size) return ;;
    --config) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    esac
    if [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--output --to --json --show --excel --plain-cells --save-state --for --explain --pseudonymize --color --width --progress --quiet --verbose --from --map --delimiter --quote --escape --encoding --timezone --date-order --sent --since --until --provider --campaign --sender --rules --providers --baseline --policy --domain-share --domain-min --fail-on --reply --enhanced --strict --rejects --max-bad-rows --max-expanded --threads --memory --engine --gunzip --no-mmap --block-size --config --no-config --print-config --help --version ' -- "$cur")
        return
    fi
    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
    if [[ $COMP_CWORD == 1 ]]; then
        mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W 'report classify explain suppress merge formats codes' -- "$cur")
    fi
}
complete -o filenames -F _bounce_analyzer bounce-analyzer
