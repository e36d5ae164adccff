complete -c errand -f -n '__fish_use_subcommand' -a run -d 'run a command and watch it live'
complete -c errand -n '__fish_seen_subcommand_from run' -l shell
complete -c errand -n '__fish_seen_subcommand_from run' -l pool
complete -c errand -n '__fish_seen_subcommand_from run' -l agent
complete -c errand -n '__fish_seen_subcommand_from run' -l session
complete -c errand -n '__fish_seen_subcommand_from run' -l timeout
complete -c errand -n '__fish_seen_subcommand_from run' -l queue-timeout
complete -c errand -n '__fish_seen_subcommand_from run' -l grace
complete -c errand -n '__fish_seen_subcommand_from run' -l env
complete -c errand -n '__fish_seen_subcommand_from run' -s e
complete -c errand -n '__fish_seen_subcommand_from run' -l secret-env
complete -c errand -n '__fish_seen_subcommand_from run' -l cwd
complete -c errand -n '__fish_seen_subcommand_from run' -l name
complete -c errand -n '__fish_seen_subcommand_from run' -l tag
complete -c errand -n '__fish_seen_subcommand_from run' -l priority
complete -c errand -n '__fish_seen_subcommand_from run' -l retry
complete -c errand -n '__fish_seen_subcommand_from run' -l detach
complete -c errand -n '__fish_seen_subcommand_from run' -s d
complete -c errand -n '__fish_seen_subcommand_from run' -l tty
complete -c errand -n '__fish_seen_subcommand_from run' -s t
complete -c errand -n '__fish_seen_subcommand_from run' -l no-input
complete -c errand -n '__fish_seen_subcommand_from run' -s n
complete -c errand -n '__fish_seen_subcommand_from run' -l stdin
complete -c errand -n '__fish_seen_subcommand_from run' -l merge
complete -c errand -n '__fish_seen_subcommand_from run' -l max-log
complete -c errand -n '__fish_seen_subcommand_from run' -l keep-children
complete -c errand -n '__fish_seen_subcommand_from run' -l artifact
complete -c errand -n '__fish_seen_subcommand_from run' -l label
complete -c errand -n '__fish_seen_subcommand_from run' -l all
complete -c errand -n '__fish_seen_subcommand_from run' -l at-once
complete -c errand -n '__fish_seen_subcommand_from run' -l max-failures
complete -c errand -n '__fish_seen_subcommand_from run' -l concurrency-key
complete -c errand -n '__fish_seen_subcommand_from run' -l concurrency
complete -c errand -n '__fish_seen_subcommand_from run' -l json
complete -c errand -n '__fish_seen_subcommand_from run' -l url
complete -c errand -n '__fish_seen_subcommand_from run' -l data
complete -c errand -n '__fish_seen_subcommand_from run' -l help
complete -c errand -f -n '__fish_use_subcommand' -a ps -d 'list runs, newest first'
complete -c errand -n '__fish_seen_subcommand_from ps' -l status
complete -c errand -n '__fish_seen_subcommand_from ps' -s s
complete -c errand -n '__fish_seen_subcommand_from ps' -l pool
complete -c errand -n '__fish_seen_subcommand_from ps' -l session
complete -c errand -n '__fish_seen_subcommand_from ps' -l name
complete -c errand -n '__fish_seen_subcommand_from ps' -l tag
complete -c errand -n '__fish_seen_subcommand_from ps' -l text
complete -c errand -n '__fish_seen_subcommand_from ps' -l owner
complete -c errand -n '__fish_seen_subcommand_from ps' -l limit
complete -c errand -n '__fish_seen_subcommand_from ps' -l json
complete -c errand -n '__fish_seen_subcommand_from ps' -l url
complete -c errand -n '__fish_seen_subcommand_from ps' -l data
complete -c errand -n '__fish_seen_subcommand_from ps' -l help
complete -c errand -f -n '__fish_use_subcommand' -a show -d 'show everything known of a run'
complete -c errand -n '__fish_seen_subcommand_from show' -l json
complete -c errand -n '__fish_seen_subcommand_from show' -l url
complete -c errand -n '__fish_seen_subcommand_from show' -l data
complete -c errand -n '__fish_seen_subcommand_from show' -l help
complete -c errand -f -n '__fish_use_subcommand' -a logs -d 'show what a run wrote'
complete -c errand -n '__fish_seen_subcommand_from logs' -l follow
complete -c errand -n '__fish_seen_subcommand_from logs' -s f
complete -c errand -n '__fish_seen_subcommand_from logs' -l stdout
complete -c errand -n '__fish_seen_subcommand_from logs' -l stderr
complete -c errand -n '__fish_seen_subcommand_from logs' -l merge
complete -c errand -n '__fish_seen_subcommand_from logs' -l attempt
complete -c errand -n '__fish_seen_subcommand_from logs' -l timestamps
complete -c errand -n '__fish_seen_subcommand_from logs' -l from
complete -c errand -n '__fish_seen_subcommand_from logs' -l tail
complete -c errand -n '__fish_seen_subcommand_from logs' -l url
complete -c errand -n '__fish_seen_subcommand_from logs' -l data
complete -c errand -n '__fish_seen_subcommand_from logs' -l help
complete -c errand -f -n '__fish_use_subcommand' -a wait -d 'wait until a run ends'
complete -c errand -n '__fish_seen_subcommand_from wait' -l timeout
complete -c errand -n '__fish_seen_subcommand_from wait' -l json
complete -c errand -n '__fish_seen_subcommand_from wait' -l url
complete -c errand -n '__fish_seen_subcommand_from wait' -l data
complete -c errand -n '__fish_seen_subcommand_from wait' -l help
complete -c errand -f -n '__fish_use_subcommand' -a cancel -d 'end a run and its whole process tree'
complete -c errand -n '__fish_seen_subcommand_from cancel' -l kill
complete -c errand -n '__fish_seen_subcommand_from cancel' -l no-wait
complete -c errand -n '__fish_seen_subcommand_from cancel' -l json
complete -c errand -n '__fish_seen_subcommand_from cancel' -l url
complete -c errand -n '__fish_seen_subcommand_from cancel' -l data
complete -c errand -n '__fish_seen_subcommand_from cancel' -l help
complete -c errand -f -n '__fish_use_subcommand' -a retry -d 'make one more attempt at a finished run'
complete -c errand -n '__fish_seen_subcommand_from retry' -l json
complete -c errand -n '__fish_seen_subcommand_from retry' -l url
complete -c errand -n '__fish_seen_subcommand_from retry' -l data
complete -c errand -n '__fish_seen_subcommand_from retry' -l help
complete -c errand -f -n '__fish_use_subcommand' -a session -d 'make compute on demand, look at it, end it'
complete -c errand -n '__fish_seen_subcommand_from session' -l help
complete -c errand -f -n '__fish_seen_subcommand_from session' -a create -d 'Make a session, follow its start until it is ready, and print where it is reached.'
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from create' -l provider
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from create' -l template
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from create' -l param
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from create' -l name
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from create' -l tag
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from create' -l owner
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from create' -l shell
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from create' -l image
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from create' -l size
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from create' -l cpus
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from create' -l memory
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from create' -l env
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from create' -s e
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from create' -l secret-env
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from create' -l port
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from create' -l file
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from create' -l volume
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from create' -l health-path
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from create' -l health-body
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from create' -l health-tcp
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from create' -l health-command
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from create' -l pool
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from create' -l agent
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from create' -l option
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from create' -l idle
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from create' -l unused
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from create' -l max-life
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from create' -l lease
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from create' -l create-timeout
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from create' -l ready-timeout
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from create' -l no-wait
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from create' -l json
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from create' -l url
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from create' -l data
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from create' -l help
complete -c errand -f -n '__fish_seen_subcommand_from session' -a ls -d 'List sessions, newest first.'
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from ls' -l all
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from ls' -s a
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from ls' -l json
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from ls' -l url
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from ls' -l data
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from ls' -l help
complete -c errand -f -n '__fish_seen_subcommand_from session' -a show -d 'Say everything of a session: why it is alive, until when, what it costs.'
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from show' -l json
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from show' -l url
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from show' -l data
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from show' -l help
complete -c errand -f -n '__fish_seen_subcommand_from session' -a doctor -d 'List what exists at every provider beside what is known. For admin keys.'
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from doctor' -l json
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from doctor' -l url
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from doctor' -l data
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from doctor' -l help
complete -c errand -f -n '__fish_seen_subcommand_from session' -a start -d 'Start a stopped session, with the same subdomain and files.'
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from start' -l json
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from start' -l url
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from start' -l data
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from start' -l no-wait
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from start' -l help
complete -c errand -f -n '__fish_seen_subcommand_from session' -a stop -d 'End what runs in a session and keep its files.'
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from stop' -l json
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from stop' -l url
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from stop' -l data
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from stop' -l no-wait
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from stop' -l help
complete -c errand -f -n '__fish_seen_subcommand_from session' -a rm -d 'End all of a session, its files and volumes too.'
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from rm' -l json
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from rm' -l url
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from rm' -l data
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from rm' -l no-wait
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from rm' -l help
complete -c errand -f -n '__fish_seen_subcommand_from session' -a extend -d 'Let a session run longer than its maximum lifetime.'
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from extend' -l json
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from extend' -l url
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from extend' -l data
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from extend' -l help
complete -c errand -f -n '__fish_seen_subcommand_from session' -a hold -d 'Keep a session from being stopped for being idle.'
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from hold' -l json
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from hold' -l url
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from hold' -l data
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from hold' -l for
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from hold' -l note
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from hold' -l release
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from hold' -l help
complete -c errand -f -n '__fish_seen_subcommand_from session' -a open -d 'Print a link that lets one browser in to a session: once, within a minute.'
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from open' -l port
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from open' -s p
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from open' -l path
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from open' -l json
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from open' -l url
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from open' -l data
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from open' -l help
complete -c errand -f -n '__fish_seen_subcommand_from session' -a share -d 'Decide who may reach the ports of a session: owner, team, link or public.'
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from share' -l for
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from share' -l json
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from share' -l url
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from share' -l data
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from share' -l help
complete -c errand -f -n '__fish_seen_subcommand_from session' -a exec -d 'Run a command in a session. errand run --session does the same and has more options.'
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from exec' -l json
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from exec' -l url
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from exec' -l data
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from exec' -l help
complete -c errand -f -n '__fish_seen_subcommand_from session' -a logs -d 'Show what the session’s own command wrote.'
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from logs' -l follow
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from logs' -s f
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from logs' -l lines
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from logs' -l url
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from logs' -l data
complete -c errand -n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from logs' -l help
complete -c errand -f -n '__fish_use_subcommand' -a ls -d 'list files in a session'
complete -c errand -n '__fish_seen_subcommand_from ls' -l recursive
complete -c errand -n '__fish_seen_subcommand_from ls' -s R
complete -c errand -n '__fish_seen_subcommand_from ls' -l json
complete -c errand -n '__fish_seen_subcommand_from ls' -l url
complete -c errand -n '__fish_seen_subcommand_from ls' -l data
complete -c errand -n '__fish_seen_subcommand_from ls' -l help
complete -c errand -f -n '__fish_use_subcommand' -a artifacts -d 'list the files that a run has kept'
complete -c errand -n '__fish_seen_subcommand_from artifacts' -l json
complete -c errand -n '__fish_seen_subcommand_from artifacts' -l url
complete -c errand -n '__fish_seen_subcommand_from artifacts' -l data
complete -c errand -n '__fish_seen_subcommand_from artifacts' -l help
complete -c errand -f -n '__fish_use_subcommand' -a cp -d 'copy files into a session, or out of it, or from a run'
complete -c errand -n '__fish_seen_subcommand_from cp' -l owner
complete -c errand -n '__fish_seen_subcommand_from cp' -l json
complete -c errand -n '__fish_seen_subcommand_from cp' -l url
complete -c errand -n '__fish_seen_subcommand_from cp' -l data
complete -c errand -n '__fish_seen_subcommand_from cp' -l help
complete -c errand -f -n '__fish_use_subcommand' -a job -d 'run a document: session, commands, outputs, tear-down'
complete -c errand -n '__fish_seen_subcommand_from job' -l help
complete -c errand -f -n '__fish_seen_subcommand_from job' -a submit -d 'Run a document: a session, commands in order, outputs that must be there, tear-down.'
complete -c errand -n '__fish_seen_subcommand_from job; and __fish_seen_subcommand_from submit' -l wait
complete -c errand -n '__fish_seen_subcommand_from job; and __fish_seen_subcommand_from submit' -l name
complete -c errand -n '__fish_seen_subcommand_from job; and __fish_seen_subcommand_from submit' -l json
complete -c errand -n '__fish_seen_subcommand_from job; and __fish_seen_subcommand_from submit' -l url
complete -c errand -n '__fish_seen_subcommand_from job; and __fish_seen_subcommand_from submit' -l data
complete -c errand -n '__fish_seen_subcommand_from job; and __fish_seen_subcommand_from submit' -l help
complete -c errand -f -n '__fish_seen_subcommand_from job' -a check -d 'Name everything that is wrong with a document, with its line; make nothing.'
complete -c errand -n '__fish_seen_subcommand_from job; and __fish_seen_subcommand_from check' -l json
complete -c errand -n '__fish_seen_subcommand_from job; and __fish_seen_subcommand_from check' -l url
complete -c errand -n '__fish_seen_subcommand_from job; and __fish_seen_subcommand_from check' -l data
complete -c errand -n '__fish_seen_subcommand_from job; and __fish_seen_subcommand_from check' -l help
complete -c errand -f -n '__fish_seen_subcommand_from job' -a ls -d 'List jobs, newest first.'
complete -c errand -n '__fish_seen_subcommand_from job; and __fish_seen_subcommand_from ls' -l status
complete -c errand -n '__fish_seen_subcommand_from job; and __fish_seen_subcommand_from ls' -l json
complete -c errand -n '__fish_seen_subcommand_from job; and __fish_seen_subcommand_from ls' -l url
complete -c errand -n '__fish_seen_subcommand_from job; and __fish_seen_subcommand_from ls' -l data
complete -c errand -n '__fish_seen_subcommand_from job; and __fish_seen_subcommand_from ls' -l help
complete -c errand -f -n '__fish_seen_subcommand_from job' -a show -d 'Say everything of a job: its states with times, attempts, commands, outputs.'
complete -c errand -n '__fish_seen_subcommand_from job; and __fish_seen_subcommand_from show' -l json
complete -c errand -n '__fish_seen_subcommand_from job; and __fish_seen_subcommand_from show' -l url
complete -c errand -n '__fish_seen_subcommand_from job; and __fish_seen_subcommand_from show' -l data
complete -c errand -n '__fish_seen_subcommand_from job; and __fish_seen_subcommand_from show' -l help
complete -c errand -f -n '__fish_seen_subcommand_from job' -a wait -d 'Follow a job to its end; exit status 0 only if it succeeded.'
complete -c errand -n '__fish_seen_subcommand_from job; and __fish_seen_subcommand_from wait' -l json
complete -c errand -n '__fish_seen_subcommand_from job; and __fish_seen_subcommand_from wait' -l url
complete -c errand -n '__fish_seen_subcommand_from job; and __fish_seen_subcommand_from wait' -l data
complete -c errand -n '__fish_seen_subcommand_from job; and __fish_seen_subcommand_from wait' -l help
complete -c errand -f -n '__fish_seen_subcommand_from job' -a cancel -d 'End a job: what runs is ended, and its session torn down.'
complete -c errand -n '__fish_seen_subcommand_from job; and __fish_seen_subcommand_from cancel' -l json
complete -c errand -n '__fish_seen_subcommand_from job; and __fish_seen_subcommand_from cancel' -l url
complete -c errand -n '__fish_seen_subcommand_from job; and __fish_seen_subcommand_from cancel' -l data
complete -c errand -n '__fish_seen_subcommand_from job; and __fish_seen_subcommand_from cancel' -l no-wait
complete -c errand -n '__fish_seen_subcommand_from job; and __fish_seen_subcommand_from cancel' -l help
complete -c errand -f -n '__fish_use_subcommand' -a shell -d 'open a shell in a session'
complete -c errand -n '__fish_seen_subcommand_from shell' -l url
complete -c errand -n '__fish_seen_subcommand_from shell' -l data
complete -c errand -n '__fish_seen_subcommand_from shell' -l help
complete -c errand -f -n '__fish_use_subcommand' -a script -d 'register, list and call scripts'
complete -c errand -n '__fish_seen_subcommand_from script' -l help
complete -c errand -f -n '__fish_seen_subcommand_from script' -a set -d 'Register a script, or replace it.'
complete -c errand -n '__fish_seen_subcommand_from script; and __fish_seen_subcommand_from set' -l file
complete -c errand -n '__fish_seen_subcommand_from script; and __fish_seen_subcommand_from set' -s f
complete -c errand -n '__fish_seen_subcommand_from script; and __fish_seen_subcommand_from set' -l owner
complete -c errand -n '__fish_seen_subcommand_from script; and __fish_seen_subcommand_from set' -l everybody
complete -c errand -n '__fish_seen_subcommand_from script; and __fish_seen_subcommand_from set' -l json
complete -c errand -n '__fish_seen_subcommand_from script; and __fish_seen_subcommand_from set' -l url
complete -c errand -n '__fish_seen_subcommand_from script; and __fish_seen_subcommand_from set' -l data
complete -c errand -n '__fish_seen_subcommand_from script; and __fish_seen_subcommand_from set' -l help
complete -c errand -f -n '__fish_seen_subcommand_from script' -a ls -d 'List the scripts that you may call, also those that agents offer.'
complete -c errand -n '__fish_seen_subcommand_from script; and __fish_seen_subcommand_from ls' -l json
complete -c errand -n '__fish_seen_subcommand_from script; and __fish_seen_subcommand_from ls' -l url
complete -c errand -n '__fish_seen_subcommand_from script; and __fish_seen_subcommand_from ls' -l data
complete -c errand -n '__fish_seen_subcommand_from script; and __fish_seen_subcommand_from ls' -l help
complete -c errand -f -n '__fish_seen_subcommand_from script' -a show -d 'Show a script: what it executes, its parameters, its result.'
complete -c errand -n '__fish_seen_subcommand_from script; and __fish_seen_subcommand_from show' -l json
complete -c errand -n '__fish_seen_subcommand_from script; and __fish_seen_subcommand_from show' -l url
complete -c errand -n '__fish_seen_subcommand_from script; and __fish_seen_subcommand_from show' -l data
complete -c errand -n '__fish_seen_subcommand_from script; and __fish_seen_subcommand_from show' -l help
complete -c errand -f -n '__fish_seen_subcommand_from script' -a rm -d 'Forget a script. Runs of it go on.'
complete -c errand -n '__fish_seen_subcommand_from script; and __fish_seen_subcommand_from rm' -l owner
complete -c errand -n '__fish_seen_subcommand_from script; and __fish_seen_subcommand_from rm' -l everybody
complete -c errand -n '__fish_seen_subcommand_from script; and __fish_seen_subcommand_from rm' -l url
complete -c errand -n '__fish_seen_subcommand_from script; and __fish_seen_subcommand_from rm' -l data
complete -c errand -n '__fish_seen_subcommand_from script; and __fish_seen_subcommand_from rm' -l help
complete -c errand -f -n '__fish_seen_subcommand_from script' -a call -d 'Call a script: its output live, then its result.'
complete -c errand -n '__fish_seen_subcommand_from script; and __fish_seen_subcommand_from call' -l help
complete -c errand -f -n '__fish_use_subcommand' -a up -d 'start a server that stays'
complete -c errand -n '__fish_seen_subcommand_from up' -l host
complete -c errand -n '__fish_seen_subcommand_from up' -l port
complete -c errand -n '__fish_seen_subcommand_from up' -l data
complete -c errand -n '__fish_seen_subcommand_from up' -l config
complete -c errand -n '__fish_seen_subcommand_from up' -l embedded
complete -c errand -n '__fish_seen_subcommand_from up' -l socket
complete -c errand -n '__fish_seen_subcommand_from up' -l help
complete -c errand -f -n '__fish_use_subcommand' -a agent -d 'serve a pool from this machine'
complete -c errand -n '__fish_seen_subcommand_from agent' -l help
complete -c errand -f -n '__fish_seen_subcommand_from agent' -a start -d 'Serve a pool from this machine.'
complete -c errand -n '__fish_seen_subcommand_from agent; and __fish_seen_subcommand_from start' -l url
complete -c errand -n '__fish_seen_subcommand_from agent; and __fish_seen_subcommand_from start' -l token
complete -c errand -n '__fish_seen_subcommand_from agent; and __fish_seen_subcommand_from start' -l pool
complete -c errand -n '__fish_seen_subcommand_from agent; and __fish_seen_subcommand_from start' -l name
complete -c errand -n '__fish_seen_subcommand_from agent; and __fish_seen_subcommand_from start' -l slots
complete -c errand -n '__fish_seen_subcommand_from agent; and __fish_seen_subcommand_from start' -l label
complete -c errand -n '__fish_seen_subcommand_from agent; and __fish_seen_subcommand_from start' -l secrets
complete -c errand -n '__fish_seen_subcommand_from agent; and __fish_seen_subcommand_from start' -l scripts
complete -c errand -n '__fish_seen_subcommand_from agent; and __fish_seen_subcommand_from start' -l only-scripts
complete -c errand -n '__fish_seen_subcommand_from agent; and __fish_seen_subcommand_from start' -l allow
complete -c errand -n '__fish_seen_subcommand_from agent; and __fish_seen_subcommand_from start' -l data
complete -c errand -n '__fish_seen_subcommand_from agent; and __fish_seen_subcommand_from start' -l help
complete -c errand -f -n '__fish_seen_subcommand_from agent' -a ls -d 'List agents.'
complete -c errand -n '__fish_seen_subcommand_from agent; and __fish_seen_subcommand_from ls' -l json
complete -c errand -n '__fish_seen_subcommand_from agent; and __fish_seen_subcommand_from ls' -l url
complete -c errand -n '__fish_seen_subcommand_from agent; and __fish_seen_subcommand_from ls' -l data
complete -c errand -n '__fish_seen_subcommand_from agent; and __fish_seen_subcommand_from ls' -l help
complete -c errand -f -n '__fish_seen_subcommand_from agent' -a show -d 'Show everything known of an agent.'
complete -c errand -n '__fish_seen_subcommand_from agent; and __fish_seen_subcommand_from show' -l url
complete -c errand -n '__fish_seen_subcommand_from agent; and __fish_seen_subcommand_from show' -l data
complete -c errand -n '__fish_seen_subcommand_from agent; and __fish_seen_subcommand_from show' -l json
complete -c errand -n '__fish_seen_subcommand_from agent; and __fish_seen_subcommand_from show' -l help
complete -c errand -f -n '__fish_seen_subcommand_from agent' -a drain -d 'Let an agent finish what it has and take nothing new.'
complete -c errand -n '__fish_seen_subcommand_from agent; and __fish_seen_subcommand_from drain' -l url
complete -c errand -n '__fish_seen_subcommand_from agent; and __fish_seen_subcommand_from drain' -l data
complete -c errand -n '__fish_seen_subcommand_from agent; and __fish_seen_subcommand_from drain' -l json
complete -c errand -n '__fish_seen_subcommand_from agent; and __fish_seen_subcommand_from drain' -l wait
complete -c errand -n '__fish_seen_subcommand_from agent; and __fish_seen_subcommand_from drain' -l help
complete -c errand -f -n '__fish_seen_subcommand_from agent' -a undrain -d 'Let a drained agent take runs again.'
complete -c errand -n '__fish_seen_subcommand_from agent; and __fish_seen_subcommand_from undrain' -l url
complete -c errand -n '__fish_seen_subcommand_from agent; and __fish_seen_subcommand_from undrain' -l data
complete -c errand -n '__fish_seen_subcommand_from agent; and __fish_seen_subcommand_from undrain' -l json
complete -c errand -n '__fish_seen_subcommand_from agent; and __fish_seen_subcommand_from undrain' -l help
complete -c errand -f -n '__fish_seen_subcommand_from agent' -a revoke -d 'End the right of an agent at once.'
complete -c errand -n '__fish_seen_subcommand_from agent; and __fish_seen_subcommand_from revoke' -l url
complete -c errand -n '__fish_seen_subcommand_from agent; and __fish_seen_subcommand_from revoke' -l data
complete -c errand -n '__fish_seen_subcommand_from agent; and __fish_seen_subcommand_from revoke' -l json
complete -c errand -n '__fish_seen_subcommand_from agent; and __fish_seen_subcommand_from revoke' -l help
complete -c errand -f -n '__fish_seen_subcommand_from agent' -a rm -d 'Forget an agent that holds nothing.'
complete -c errand -n '__fish_seen_subcommand_from agent; and __fish_seen_subcommand_from rm' -l url
complete -c errand -n '__fish_seen_subcommand_from agent; and __fish_seen_subcommand_from rm' -l data
complete -c errand -n '__fish_seen_subcommand_from agent; and __fish_seen_subcommand_from rm' -l help
complete -c errand -f -n '__fish_use_subcommand' -a pool -d 'list pools, set their limits, let agents join them'
complete -c errand -n '__fish_seen_subcommand_from pool' -l help
complete -c errand -f -n '__fish_seen_subcommand_from pool' -a ls -d 'List pools.'
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from ls' -l json
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from ls' -l url
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from ls' -l data
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from ls' -l help
complete -c errand -f -n '__fish_seen_subcommand_from pool' -a show -d 'Show a pool.'
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from show' -l json
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from show' -l url
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from show' -l data
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from show' -l help
complete -c errand -f -n '__fish_seen_subcommand_from pool' -a set -d 'Set limits of a pool; a new pool is made. What is not named stays.'
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from set' -l limit
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from set' -l limit-per-key
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from set' -l lost-after
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from set' -l launch
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from set' -l image
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from set' -l cpus
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from set' -l memory
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from set' -l option
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from set' -l no-launch
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from set' -l json
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from set' -l url
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from set' -l data
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from set' -l help
complete -c errand -f -n '__fish_seen_subcommand_from pool' -a pause -d 'Give no run to an agent; what runs goes on.'
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from pause' -l json
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from pause' -l url
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from pause' -l data
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from pause' -l help
complete -c errand -f -n '__fish_seen_subcommand_from pool' -a resume -d 'Let a paused pool go on.'
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from resume' -l json
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from resume' -l url
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from resume' -l data
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from resume' -l help
complete -c errand -f -n '__fish_seen_subcommand_from pool' -a rm -d 'Forget a pool that has neither agents nor open runs.'
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from rm' -l url
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from rm' -l data
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from rm' -l help
complete -c errand -f -n '__fish_seen_subcommand_from pool' -a token -d 'Make a token with which one agent joins a pool; a new pool is made.'
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from token' -l expires
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from token' -l label
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from token' -l max-slots
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from token' -l json
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from token' -l url
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from token' -l data
complete -c errand -n '__fish_seen_subcommand_from pool; and __fish_seen_subcommand_from token' -l help
complete -c errand -f -n '__fish_use_subcommand' -a group -d 'look at runs on all agents of a pool'
complete -c errand -n '__fish_seen_subcommand_from group' -l help
complete -c errand -f -n '__fish_seen_subcommand_from group' -a ls -d 'List groups, newest first.'
complete -c errand -n '__fish_seen_subcommand_from group; and __fish_seen_subcommand_from ls' -l json
complete -c errand -n '__fish_seen_subcommand_from group; and __fish_seen_subcommand_from ls' -l url
complete -c errand -n '__fish_seen_subcommand_from group; and __fish_seen_subcommand_from ls' -l data
complete -c errand -n '__fish_seen_subcommand_from group; and __fish_seen_subcommand_from ls' -l help
complete -c errand -f -n '__fish_seen_subcommand_from group' -a show -d 'Show a group with its runs.'
complete -c errand -n '__fish_seen_subcommand_from group; and __fish_seen_subcommand_from show' -l json
complete -c errand -n '__fish_seen_subcommand_from group; and __fish_seen_subcommand_from show' -l url
complete -c errand -n '__fish_seen_subcommand_from group; and __fish_seen_subcommand_from show' -l data
complete -c errand -n '__fish_seen_subcommand_from group; and __fish_seen_subcommand_from show' -l help
complete -c errand -f -n '__fish_seen_subcommand_from group' -a cancel -d 'End every run of a group, also those that just begin.'
complete -c errand -n '__fish_seen_subcommand_from group; and __fish_seen_subcommand_from cancel' -l kill
complete -c errand -n '__fish_seen_subcommand_from group; and __fish_seen_subcommand_from cancel' -l no-wait
complete -c errand -n '__fish_seen_subcommand_from group; and __fish_seen_subcommand_from cancel' -l json
complete -c errand -n '__fish_seen_subcommand_from group; and __fish_seen_subcommand_from cancel' -l url
complete -c errand -n '__fish_seen_subcommand_from group; and __fish_seen_subcommand_from cancel' -l data
complete -c errand -n '__fish_seen_subcommand_from group; and __fish_seen_subcommand_from cancel' -l help
complete -c errand -f -n '__fish_use_subcommand' -a key -d 'make, list and revoke keys'
complete -c errand -n '__fish_seen_subcommand_from key' -l help
complete -c errand -f -n '__fish_seen_subcommand_from key' -a new -d 'Make a key; its secret is shown this once.'
complete -c errand -n '__fish_seen_subcommand_from key; and __fish_seen_subcommand_from new' -l name
complete -c errand -n '__fish_seen_subcommand_from key; and __fish_seen_subcommand_from new' -l role
complete -c errand -n '__fish_seen_subcommand_from key; and __fish_seen_subcommand_from new' -l owner
complete -c errand -n '__fish_seen_subcommand_from key; and __fish_seen_subcommand_from new' -l expires-in
complete -c errand -n '__fish_seen_subcommand_from key; and __fish_seen_subcommand_from new' -l json
complete -c errand -n '__fish_seen_subcommand_from key; and __fish_seen_subcommand_from new' -l url
complete -c errand -n '__fish_seen_subcommand_from key; and __fish_seen_subcommand_from new' -l data
complete -c errand -n '__fish_seen_subcommand_from key; and __fish_seen_subcommand_from new' -l help
complete -c errand -f -n '__fish_seen_subcommand_from key' -a ls -d 'List keys.'
complete -c errand -n '__fish_seen_subcommand_from key; and __fish_seen_subcommand_from ls' -l json
complete -c errand -n '__fish_seen_subcommand_from key; and __fish_seen_subcommand_from ls' -l url
complete -c errand -n '__fish_seen_subcommand_from key; and __fish_seen_subcommand_from ls' -l data
complete -c errand -n '__fish_seen_subcommand_from key; and __fish_seen_subcommand_from ls' -l help
complete -c errand -f -n '__fish_seen_subcommand_from key' -a rm -d 'Revoke a key at once.'
complete -c errand -n '__fish_seen_subcommand_from key; and __fish_seen_subcommand_from rm' -l url
complete -c errand -n '__fish_seen_subcommand_from key; and __fish_seen_subcommand_from rm' -l data
complete -c errand -n '__fish_seen_subcommand_from key; and __fish_seen_subcommand_from rm' -l help
complete -c errand -f -n '__fish_use_subcommand' -a audit -d 'show who did what, when and from where'
complete -c errand -n '__fish_seen_subcommand_from audit' -l key
complete -c errand -n '__fish_seen_subcommand_from audit' -l action
complete -c errand -n '__fish_seen_subcommand_from audit' -l target
complete -c errand -n '__fish_seen_subcommand_from audit' -l since
complete -c errand -n '__fish_seen_subcommand_from audit' -l before
complete -c errand -n '__fish_seen_subcommand_from audit' -l limit
complete -c errand -n '__fish_seen_subcommand_from audit' -l json
complete -c errand -n '__fish_seen_subcommand_from audit' -l url
complete -c errand -n '__fish_seen_subcommand_from audit' -l data
complete -c errand -n '__fish_seen_subcommand_from audit' -l help
complete -c errand -f -n '__fish_use_subcommand' -a aws -d 'publish what errand uses at AWS'
complete -c errand -n '__fish_seen_subcommand_from aws' -l help
complete -c errand -f -n '__fish_seen_subcommand_from aws' -a deploy-worker -d 'Publish the function that executes one run of a pool for each invocation, as whoever the standard chain of credentials says; a repeat updates it, and leaves as it is what is not named.'
complete -c errand -n '__fish_seen_subcommand_from aws; and __fish_seen_subcommand_from deploy-worker' -l function
complete -c errand -n '__fish_seen_subcommand_from aws; and __fish_seen_subcommand_from deploy-worker' -l role
complete -c errand -n '__fish_seen_subcommand_from aws; and __fish_seen_subcommand_from deploy-worker' -l arch
complete -c errand -n '__fish_seen_subcommand_from aws; and __fish_seen_subcommand_from deploy-worker' -l timeout
complete -c errand -n '__fish_seen_subcommand_from aws; and __fish_seen_subcommand_from deploy-worker' -l memory
complete -c errand -n '__fish_seen_subcommand_from aws; and __fish_seen_subcommand_from deploy-worker' -l failures
complete -c errand -n '__fish_seen_subcommand_from aws; and __fish_seen_subcommand_from deploy-worker' -l config
complete -c errand -n '__fish_seen_subcommand_from aws; and __fish_seen_subcommand_from deploy-worker' -l json
complete -c errand -n '__fish_seen_subcommand_from aws; and __fish_seen_subcommand_from deploy-worker' -l help
complete -c errand -f -n '__fish_use_subcommand' -a login -d 'remember a server and a key for it'
complete -c errand -n '__fish_seen_subcommand_from login' -l json
complete -c errand -n '__fish_seen_subcommand_from login' -l help
complete -c errand -f -n '__fish_use_subcommand' -a config -d 'check a configuration file'
complete -c errand -n '__fish_seen_subcommand_from config' -l help
complete -c errand -f -n '__fish_seen_subcommand_from config' -a check -d 'Say whether a configuration file of errand up is right, and the files that it names.'
complete -c errand -n '__fish_seen_subcommand_from config; and __fish_seen_subcommand_from check' -l help
complete -c errand -f -n '__fish_use_subcommand' -a completion -d 'print a completion script for a shell'
complete -c errand -n '__fish_seen_subcommand_from completion' -l help
complete -c errand -f -n '__fish_use_subcommand' -a version -d 'print the version'
complete -c errand -n '__fish_seen_subcommand_from version' -l json
complete -c errand -n '__fish_seen_subcommand_from version' -l help
