/** The shells that `waybill completion` speaks to. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/**
 * What each shell is to load. All of them ask `waybill complete -- WORDS…`, whose answer is one candidate a line, behind a tab what it
 * is; the line `:files` means names of files.
 *
 * Not a library's: @bomb.sh/tab 0.0.22 (tried 2026-11) leaves words with colons to bash, which takes them for several words, and every
 * locator holds one.
 */
export const COMPLETION_SCRIPTS: Readonly<Record<Shell, string>> = {
  // Bash 3.2, as macOS has it, knows no `compopt`. A candidate is given from where bash
  // begins the last word: behind a colon or an equals sign, at an @.
  bash: `# bash completion of waybill: source <(waybill completion bash)
_waybill() {
  local line=\${COMP_LINE:0:COMP_POINT} words current breaks='' rest each
  read -r -a words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  current=\${words[\${#words[@]}-1]}
  for each in : =; do
    [[ $COMP_WORDBREAKS == *"$each"* ]] && breaks+=$each
  done
  rest=$current
  [[ -n $breaks ]] && rest=\${current##*[$breaks]}
  [[ $COMP_WORDBREAKS == *@* && $rest == *@* ]] && rest=@\${rest##*@}
  COMPREPLY=()
  while IFS= read -r each; do
    if [[ $each == :files ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r each; do COMPREPLY+=("$each"); done < <(compgen -f -- "$rest")
    else
      each=\${each%%$'\\t'*}
      COMPREPLY+=("\${each:\${#current}-\${#rest}}")
    fi
  done < <("\${COMP_WORDS[0]}" complete -- "\${words[@]:1}" 2>/dev/null)
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} =~ ^[A-Za-z]+=$ ]] && compopt -o nospace 2>/dev/null
  return 0
}
complete -F _waybill waybill
`,
  zsh: `#compdef waybill
# zsh completion of waybill: source <(waybill completion zsh), or a file _waybill in a folder of $fpath
_waybill() {
  local each
  local -a values shown
  for each in "\${(@f)$("\${words[1]}" complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
    if [[ $each == ':files' ]]; then
      _files
      return
    fi
    [[ -n $each ]] || continue
    values+=("\${each%%$'\\t'*}")
    shown+=("\${each/$'\\t'/  -- }")
  done
  (( $#values )) || return 1
  if [[ $values[1] =~ '^[A-Za-z]+=$' ]]; then
    compadd -S '' -d shown -a values
  else
    compadd -d shown -a values
  fi
}
if [[ \${funcstack[1]} == _waybill ]]; then
  _waybill "$@"
else
  compdef _waybill waybill
fi
`,
  fish: `# fish completion of waybill: waybill completion fish | source
function __waybill_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in ($words[1] complete -- $words[2..-1] "$current" 2>/dev/null)
        if test "$line" = :files
            __fish_complete_path "$current"
        else
            printf '%s\\n' $line
        end
    end
end
complete -c waybill -f -a '(__waybill_complete)'
`,
};
