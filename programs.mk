# What each program links: object names without suffix, libraries by
# pkg-config name (or -l name).  This is the dependency table of the project.

FP_O	:= fp/addr fp/hash fp/jhash fp/link fp/traits fp/dedup fp/sig fp/session fp/smtp \
	   fp/session_flow fp/session_time fp/session_pool \
	   fp/ladder fp/flowstat fp/reorder \
	   fp/sigdb fp/sigdb_build fp/sigdb_match fp/sigcache fp/sigclass \
	   fp/dialogue fp/dialogue_key fp/smtp_note fp/smtp_reply

SIGFILE_O := fp/sigfile fp/sigfile_ours fp/sigfile_p0f fp/sigfile_pfos \
	   fp/sigline fp/sigread

P0F_O	:= fp/hosts fp/uptime fp/p0fapi fp/p0fsock

CONFIG_O := daemon/config daemon/config_key daemon/config_nets \
	   daemon/config_print daemon/config_text daemon/config_value

NFT_O	:= nft/nft nft/nftinstall nft/nftlook nft/nftbatch nft/nftlayout nft/nftsets \
	   nft/nftchains nft/nftrules nft/nftexpr nft/nftlink nft/nftset \
	   nft/nftwork nft/nftbulk nft/nftelem nft/nftget nft/nftwalk nft/nftallow \
	   nft/nets nft/comment nft/reason

STORE_O	:= db/store db/store_allow db/parts db/storefile db/kcguard db/record db/record_client db/record_behind

LOGLINE_O := daemon/logtime daemon/logscan daemon/logline daemon/logkind \
	   daemon/loghead daemon/logline_cleanup daemon/logline_filter \
	   daemon/logline_amavis \
	   daemon/logline_postfix daemon/logline_postscreen \
	   daemon/logline_queue daemon/logline_reject daemon/logreply \
	   daemon/logline_opensmtpd daemon/logline_sendmail \
	   daemon/logline_sendmail_mail daemon/logline_qmail \
	   daemon/logline_qmail_smtpd daemon/logline_haraka daemon/logline_haraka_cmd \
	   daemon/logline_haraka_obj \
	   daemon/logline_courier \
	   daemon/logline_exim daemon/logline_exim_host \
	   daemon/logline_exim_mail daemon/logline_exim_reject

# Names of clients: from DNS, and from lists of networks.
DNS_O	:= daemon/resolver daemon/dnschan daemon/dnscache daemon/dnsmsg
DNSTELL_O := daemon/dnstell daemon/dnsmark

MODEL_O	:= daemon/model daemon/model_share daemon/model_token \
	   daemon/model_site daemon/model_blob

BOTNET_O := daemon/botnet daemon/botnet_trait daemon/botnet_count \
	   daemon/botnet_table daemon/botnet_weigh daemon/botnet_blob

ENGINE_O := $(FP_O) $(LOGLINE_O) daemon/logjoin daemon/names daemon/names_addr \
	   $(MODEL_O) $(BOTNET_O) daemon/client daemon/faces daemon/stacks daemon/cross daemon/evidence daemon/evidence_wire \
	   daemon/evidence_rcpt daemon/evidence_log daemon/evidence_names \
	   daemon/evidence_group daemon/evidence_learn \
	   daemon/sites daemon/mailq \
	   daemon/score daemon/score_terms daemon/decide daemon/blocks daemon/climb daemon/knocks \
	   daemon/view daemon/engine daemon/engine_block daemon/engine_set \
	   daemon/engine_syn daemon/engine_front daemon/engine_inline daemon/engine_climb daemon/engine_ends \
	   daemon/engine_admin \
	   daemon/engine_learn daemon/msgid daemon/netlist daemon/pattern \
	   daemon/pattern_new

PRIV_O	:= daemon/priv daemon/privland daemon/privcall

GUARD_O	:= daemon/guard daemon/guardopen daemon/guardapply \
	   daemon/guardengine daemon/guardcheck daemon/guardsend \
	   daemon/guardtable daemon/neverblock daemon/neverlist \
	   daemon/blockset daemon/repairs daemon/child daemon/places \
	   daemon/guardcut daemon/guardclock daemon/guardfront \
	   daemon/guardsole daemon/guardaudit daemon/guardqueue \
	   daemon/logwatch daemon/nftconf

# What `zfwd -n` needs of them, and what matches lines.
PATTERN_NEW_O := daemon/pattern_new daemon/logkind
PATTERN_O := daemon/pattern daemon/pattern_new

zfwd_O	:= daemon/zfwd daemon/background daemon/lists daemon/netlist $(PATTERN_NEW_O) $(GUARD_O) $(CONFIG_O) daemon/log \
	   $(PRIV_O) daemon/msg daemon/msgrec fp/addr fp/hash \
	   fp/nfqueue fp/verdicts nft/nftwatch nft/sockcut $(NFT_O)
zfwd_L	:= libmnl libnftnl libnetfilter_queue libevent_core libconfuse \
	   libseccomp libcap-ng libsodium libpcre2-8

# What is of libsystemd, and alone with it.
zfw-journal_O := daemon/zfw-journal daemon/journalread daemon/journal \
	   daemon/logtime daemon/log $(PRIV_O)
zfw-journal_L := libsystemd libseccomp libcap-ng

LIVE_O	:= daemon/live daemon/live_in daemon/live_out daemon/live_guard daemon/live_check daemon/live_queue \
	   daemon/live_save daemon/live_learned daemon/live_allow daemon/live_ctl daemon/live_botnets daemon/live_status \
	   daemon/live_alarm daemon/blind daemon/live_p0f daemon/live_front daemon/live_names daemon/outq \
	   daemon/logtail daemon/logtail_stream daemon/logstream daemon/journal daemon/tailfile \
	   daemon/ctl daemon/ctlreq daemon/why daemon/why_visits daemon/why_words daemon/jtext daemon/route

zfw-engine_O := daemon/zfw-engine daemon/childopts $(LIVE_O) $(CONFIG_O) daemon/log \
	   $(PRIV_O) daemon/msg daemon/msgrec daemon/frontmsg $(STORE_O) fp/capture fp/recorder \
	   daemon/signatures $(ENGINE_O) $(SIGFILE_O) $(P0F_O) \
	   daemon/lists daemon/netlist $(DNS_O) $(DNSTELL_O)
zfw-engine_L := libpcre2-8 libcares libpcap libevent_core libconfuse libseccomp libcap-ng \
	   libsodium kyotocabinet libjansson libm

# The page of the front, on libmicrohttpd; the rest of the front has no HTTP.
HTTP_O	:= front/http front/http_limit front/page front/page_text
SMTPFRONT_O := front/server front/server_conn front/talk front/rejlog \
	   front/asker front/token daemon/frontmsg

# Strangers talk to it: neither the firewall nor the store nor a parser of
# packets or logs is in it.
zfw-front_O := front/zfw-front $(SMTPFRONT_O) $(HTTP_O) $(CONFIG_O) \
	   daemon/log $(PRIV_O) fp/addr fp/hash
zfw-front_L := libmicrohttpd libevent_core libconfuse libseccomp libcap-ng \
	   libsodium

REPLAY_O := tools/replay tools/replay_out tools/replay_events \
	   tools/replay_marks tools/replay_world tools/replay_spill \
	   tools/replay_diff tools/replay_explain tools/replay_truth \
	   tools/replay_conn tools/replay_tally tools/replay_tally_count \
	   tools/replay_stat tools/replay_report \
	   tools/replay_report_rows tools/replay_report_json

zfw-replay_O := tools/zfw-replay $(REPLAY_O) tools/logfile \
	   tools/show tools/show_why tools/show_behind daemon/why daemon/why_visits daemon/why_words daemon/jtext \
	   $(CONFIG_O) daemon/log daemon/netlist $(DNSTELL_O) daemon/logjson \
	   fp/capture fp/recorder daemon/signatures $(SIGFILE_O) $(ENGINE_O) \
	   daemon/lists
zfw-replay_L := libpcre2-8 libpcap libconfuse libsodium libjansson libm

ASK_O	:= tools/ctlclient tools/show tools/kernel tools/toolconf \
	   daemon/ctlreq daemon/nftconf

# Test packets in a network of their own, and what is said of them.
CHECK_O	:= tools/check tools/check_kernel tools/check_net \
	   tools/check_front tools/check_cut tools/check_system \
	   tools/check_hooks tools/check_ports tools/scratch \
	   tools/scratchnet tools/scratchsock tools/frame fp/jhash fp/traits fp/link \
	   fp/nfqueue fp/verdicts nft/sockcut daemon/privland

zfwctl_O := tools/zfwctl tools/show_why tools/show_behind tools/show_botnets $(CHECK_O) \
	   $(ASK_O) $(CONFIG_O) daemon/log fp/addr $(NFT_O)
zfwctl_L := libconfuse libmnl libnftnl libnetfilter_queue libjansson

zfw-whitelist_O := tools/zfw-whitelist tools/allowtext tools/offline \
	   $(ASK_O) daemon/jtext $(CONFIG_O) daemon/log fp/addr fp/hash \
	   daemon/client daemon/faces $(STORE_O) $(NFT_O)
zfw-whitelist_L := libconfuse libmnl libnftnl libsodium kyotocabinet \
	   libjansson libm

ZFWFP_O	:= tools/fpopts tools/fploop tools/fprun tools/fpform \
	   tools/fpform_p0f tools/fpform_json tools/fpform_talk tools/fpjson \
	   tools/fpout tools/fptext fp/flows fp/tsclock fp/capture

zfw-fp_O := tools/zfw-fp $(ZFWFP_O) $(FP_O) $(SIGFILE_O) $(P0F_O)
zfw-fp_L := libpcap libsodium libm
