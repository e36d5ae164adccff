_errand() {
  local current=${COMP_WORDS[COMP_CWORD]} words='run ps show logs wait cancel retry session ls artifacts cp job shell script up agent pool group key audit aws login config completion version help --help' known='' i word
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    case $word in --) COMPREPLY=($(compgen -c -- "$current")); return ;; -*) continue ;; esac
    known="$known${known:+ }$word"
    case $known in
      'run') words='--shell --pool --agent --session --timeout --queue-timeout --grace --env -e --secret-env --cwd --name --tag --priority --retry --detach -d --tty -t --no-input -n --stdin --merge --max-log --keep-children --artifact --label --all --at-once --max-failures --concurrency-key --concurrency --json --url --data --help' ;;
      'ps') words='--status -s --pool --session --name --tag --text --owner --limit --json --url --data --help' ;;
      'show') words='--json --url --data --help' ;;
      'logs') words='--follow -f --stdout --stderr --merge --attempt --timestamps --from --tail --url --data --help' ;;
      'wait') words='--timeout --json --url --data --help' ;;
      'cancel') words='--kill --no-wait --json --url --data --help' ;;
      'retry') words='--json --url --data --help' ;;
      'session') words='create ls show doctor start stop rm extend hold open share exec logs --help' ;;
      'session create') words='--provider --template --param --name --tag --owner --shell --image --size --cpus --memory --env -e --secret-env --port --file --volume --health-path --health-body --health-tcp --health-command --pool --agent --option --idle --unused --max-life --lease --create-timeout --ready-timeout --no-wait --json --url --data --help' ;;
      'session ls') words='--all -a --json --url --data --help' ;;
      'session show') words='--json --url --data --help' ;;
      'session doctor') words='--json --url --data --help' ;;
      'session start') words='--json --url --data --no-wait --help' ;;
      'session stop') words='--json --url --data --no-wait --help' ;;
      'session rm') words='--json --url --data --no-wait --help' ;;
      'session extend') words='--json --url --data --help' ;;
      'session hold') words='--json --url --data --for --note --release --help' ;;
      'session open') words='--port -p --path --json --url --data --help' ;;
      'session share') words='--for --json --url --data --help' ;;
      'session exec') words='--json --url --data --help' ;;
      'session logs') words='--follow -f --lines --url --data --help' ;;
      'ls') words='--recursive -R --json --url --data --help' ;;
      'artifacts') words='--json --url --data --help' ;;
      'cp') words='--owner --json --url --data --help' ;;
      'job') words='submit check ls show wait cancel --help' ;;
      'job submit') words='--wait --name --json --url --data --help' ;;
      'job check') words='--json --url --data --help' ;;
      'job ls') words='--status --json --url --data --help' ;;
      'job show') words='--json --url --data --help' ;;
      'job wait') words='--json --url --data --help' ;;
      'job cancel') words='--json --url --data --no-wait --help' ;;
      'shell') words='--url --data --help' ;;
      'script') words='set ls show rm call --help' ;;
      'script set') words='--file -f --owner --everybody --json --url --data --help' ;;
      'script ls') words='--json --url --data --help' ;;
      'script show') words='--json --url --data --help' ;;
      'script rm') words='--owner --everybody --url --data --help' ;;
      'script call') words='--help' ;;
      'up') words='--host --port --data --config --embedded --socket --help' ;;
      'agent') words='start ls show drain undrain revoke rm --help' ;;
      'agent start') words='--url --token --pool --name --slots --label --secrets --scripts --only-scripts --allow --data --help' ;;
      'agent ls') words='--json --url --data --help' ;;
      'agent show') words='--url --data --json --help' ;;
      'agent drain') words='--url --data --json --wait --help' ;;
      'agent undrain') words='--url --data --json --help' ;;
      'agent revoke') words='--url --data --json --help' ;;
      'agent rm') words='--url --data --help' ;;
      'pool') words='ls show set pause resume rm token --help' ;;
      'pool ls') words='--json --url --data --help' ;;
      'pool show') words='--json --url --data --help' ;;
      'pool set') words='--limit --limit-per-key --lost-after --launch --image --cpus --memory --option --no-launch --json --url --data --help' ;;
      'pool pause') words='--json --url --data --help' ;;
      'pool resume') words='--json --url --data --help' ;;
      'pool rm') words='--url --data --help' ;;
      'pool token') words='--expires --label --max-slots --json --url --data --help' ;;
      'group') words='ls show cancel --help' ;;
      'group ls') words='--json --url --data --help' ;;
      'group show') words='--json --url --data --help' ;;
      'group cancel') words='--kill --no-wait --json --url --data --help' ;;
      'key') words='new ls rm --help' ;;
      'key new') words='--name --role --owner --expires-in --json --url --data --help' ;;
      'key ls') words='--json --url --data --help' ;;
      'key rm') words='--url --data --help' ;;
      'audit') words='--key --action --target --since --before --limit --json --url --data --help' ;;
      'aws') words='deploy-worker --help' ;;
      'aws deploy-worker') words='--function --role --arch --timeout --memory --failures --config --json --help' ;;
      'login') words='--json --help' ;;
      'config') words='check --help' ;;
      'config check') words='--help' ;;
      'completion') words='--help' ;;
      'version') words='--json --help' ;;
      *) break ;;
    esac
  done
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _errand errand
