#!/bin/sh
test_description='fedtwin-rest: where the token comes from, and its end'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/slurm.sh"
. "$FT_SRCDIR/t/adapter.sh"

slurm_need_rest

# Open the site with the credential $1; what comes of it is in 'answer'.
open_with() {
	slurm_rest alpha >file.json &&
	sed "s|\"credential\": \"[^\"]*\"|\"credential\": \"$1\"|" file.json \
		>site.json &&
	adapter_start fedtwin-rest site.json
}

waits() { # PATTERN
	expect "d[\"ok\"]" false && expect "d[\"error\"]" denied &&
	expect "d[\"expired\"]" && expect "d[\"retry_after_s\"] > 0" &&
	test_grep "waits for a credential: .*$1" answer
}

# The last part of the token is nowhere: what the adapter said, arguments.
secret_is_safe() {
	secret=$(sed "s/.*\.//" token) && test ${#secret} -gt 20 &&
	test_must_fail grep -q -e "$secret" answer asked adapter.err &&
	ps axww -o args >ps.txt && test_must_fail grep -q -e "$secret" ps.txt
}

# The end of the token, as the site sees it.
has_ended() {
	ask status "\"jobs\": []" >>asked && expect "d[\"ok\"]" false
}

# Whether status is answered, after the token has been changed behind it.
answers_again() {
	ask status "\"jobs\": []" && expect "d[\"ok\"]"
}

test_expect_success 'a file' '
	slurm_start alpha --rest --nodes 1 && slurm_token alpha 600 &&
	open_with "file:$PWD/token" && expect "d[\"ok\"]" &&
	send r/file/1 "env" && wait_until "$job" ended &&
	test_must_fail grep -e "$(sed "s/.*\.//" token)" r-file-1.out &&
	secret_is_safe && adapter_stop
'

test_expect_success 'a file that others may read, that is not there, is none' '
	chmod 640 token && open_with "file:$PWD/token" &&
	waits "others may read or change the credential" && adapter_stop &&
	chmod 600 token && open_with "file:$PWD/nowhere" &&
	waits "cannot read the credential" && adapter_stop &&
	open_with "file:$PWD" && waits "is no file" && adapter_stop &&
	: >empty && chmod 600 empty && open_with "file:$PWD/empty" &&
	waits "is no token" && adapter_stop &&
	printf "a b\n" >empty && open_with "file:$PWD/empty" &&
	waits "is no token" && adapter_stop
'

test_expect_success 'a variable' '
	export A_TOKEN &&
	A_TOKEN=$(sed "s/.*=//" token) && open_with env:A_TOKEN &&
	expect "d[\"ok\"]" && adapter_stop &&
	A_TOKEN= && open_with env:A_TOKEN && waits "A_TOKEN.* is not set" &&
	adapter_stop && unset A_TOKEN
'

test_expect_success 'a command, its words as they are' '
	open_with "command:env SLURM_CONF=$PWD/alpha/slurm.conf scontrol token lifespan=600" &&
	expect "d[\"ok\"]" && adapter_stop &&
	open_with "command:false" && waits "the command .false .* failed (1)" &&
	adapter_stop && open_with "command:echo; cat $PWD/token" &&
	waits "the command .echo; .* failed" && adapter_stop &&
	open_with "command:cat $PWD/alpha/slurm.conf" && waits "" && adapter_stop
'

test_expect_success 'a command is not started for every question' '
	cat >count.sh <<-EOT && chmod 755 count.sh &&
	#!/bin/sh
	echo x >>$PWD/count && exit 1
	EOT
	open_with "command:$PWD/count.sh" && waits "failed (1)" &&
	for n in 1 2 3 4 5 6 7 8 9
	do
		ask probe && waits "failed (1)" || return
	done &&
	test_line_count -lt 9 count && adapter_stop
'

test_expect_success 'none at all, where one is needed' '
	slurm_rest alpha | sed "s/, \"identity.*}/}/" >site.json &&
	adapter_start fedtwin-rest site.json && waits "identity" && adapter_stop
'

test_expect_success 'a forged token' '
	sed "s/.....$/AAAAA/" token >forged && chmod 600 forged &&
	open_with "file:$PWD/forged" && waits "the site \(does not accept it\|accepts it no more\)" &&
	adapter_stop
'

test_expect_success 'it is renewed before its end, unnoticed' '
	slurm_token alpha 8 && open_with "file:$PWD/token" &&
	answers_again && slurm_token alpha 600 && end=$(($(date +%s) + 9)) &&
	while test "$(date +%s)" -le $end
	do
		answers_again >>asked && sleep 0.5 || return
	done &&
	adapter_stop
'

test_expect_success 'its end: everything waits, and goes on with another one' '
	slurm_token alpha 5 && open_with "file:$PWD/token" &&
	send r/end/1 "sleep 2; exit 3" && old=$job &&
	test_wait_for 30 has_ended && ask status "\"jobs\": [\"$old\"]" && waits "" &&
	ask find_by_tag "\"prefix\": \"r/\"" && waits "" &&
	ask cancel "\"jobs\": [\"$old\"]" && waits "" &&
	ask probe && waits "" && secret_is_safe &&
	slurm_token alpha 600 && wait_until "$old" ended &&
	expect "d[\"jobs\"][0][\"exit_code\"]" 3 &&
	send r/end/2 true && adapter_stop
'

test_expect_success 'long after its end it is not even tried' '
	jwt() {
		printf "%s" "$1" | base64 -w 0 | tr "+/" "-_" | tr -d "=\n"
	} &&
	echo "$(jwt "{\"alg\": \"HS256\"}").$(jwt "{\"exp\": 1700000000}").abcdefghijklmnop" \
		>token && open_with "file:$PWD/token" &&
	waits "ended at 2023-11-14T22:13:20Z; renew it" && adapter_stop
'

test_done
