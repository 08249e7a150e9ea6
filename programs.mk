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

CONFIG_O := daemon/config daemon/config_key daemon/config_nets daemon/config_diff \
	   daemon/config_print daemon/config_shape daemon/config_text \
	   daemon/config_value

NFT_O	:= nft/nft nft/nftinstall nft/nftlook nft/nftbatch nft/nftlayout nft/nftsets \
	   nft/nftchains nft/nftrules nft/nftexpr nft/nftlink nft/nftset \
	   nft/nftwork nft/nftbulk nft/nftelem nft/nftget nft/nftwalk nft/nftallow \
	   nft/nets nft/comment nft/reason fp/jhash

# Reads a store's file past its owner; without the library.  Chunks of the
# history need daemon/tally and db/record_series besides.
SCAN_O	:= db/scan db/scan_skip db/scanfile db/doubt db/kcfile db/kcwal \
	   db/seen

STORE_O	:= db/store db/store_allow db/store_series db/record_series daemon/tally db/parts db/storefile db/kcguard db/record db/record_client db/record_behind

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
	   daemon/score daemon/score_terms daemon/decide daemon/blocks daemon/climb daemon/knocks daemon/attempts \
	   daemon/view daemon/tally daemon/engine daemon/engine_tally daemon/engine_block daemon/engine_set daemon/engine_narrow \
	   daemon/engine_syn daemon/engine_front daemon/engine_inline daemon/engine_climb daemon/engine_ends \
	   daemon/engine_admin daemon/engine_policy \
	   daemon/engine_learn daemon/msgid daemon/netlist daemon/pattern \
	   daemon/pattern_new

PRIV_O	:= daemon/priv daemon/privland daemon/privcall

GUARD_O	:= daemon/guard daemon/guardopen daemon/guardapply \
	   daemon/guardallow daemon/guardrepair daemon/guardretry \
	   daemon/guardengine daemon/guardcheck daemon/guardsend daemon/join daemon/joinmsg daemon/childfds \
	   daemon/guardtable daemon/neverblock daemon/neverlist \
	   daemon/blockset daemon/repairs daemon/child daemon/places \
	   daemon/guardcut daemon/guardclock daemon/guardfront \
	   daemon/guardsole daemon/guardaudit daemon/guardqueue \
	   daemon/guardreload daemon/guardlist daemon/guardnotify \
	   daemon/logwatch daemon/logfind daemon/nftconf

# What `zfwd -n` needs of them, and what matches lines.
PATTERN_NEW_O := daemon/pattern_new daemon/logkind
PATTERN_O := daemon/pattern daemon/pattern_new

zfwd_O	:= daemon/zfwd daemon/background daemon/iface daemon/lists daemon/netlist $(PATTERN_NEW_O) $(GUARD_O) $(CONFIG_O) daemon/log \
	   $(PRIV_O) daemon/msg daemon/msgrec fp/addr fp/hash \
	   fp/nfqueue fp/verdicts nft/nftwatch nft/sockcut $(NFT_O)
zfwd_L	:= libmnl libnftnl libnetfilter_queue libevent_core libconfuse \
	   libseccomp libcap-ng libsodium libpcre2-8

# What is of libsystemd, and alone with it.
zfw-journal_O := daemon/zfw-journal daemon/journalread daemon/journal \
	   daemon/logtime daemon/log $(PRIV_O)
zfw-journal_L := libsystemd libseccomp libcap-ng

# Becomes one of zfwd's processes, under a service manager.
zfw-join_O := daemon/zfw-join daemon/joinmsg daemon/childfds
zfw-join_L :=

LIVE_O	:= daemon/live daemon/live_reload daemon/iface daemon/live_top daemon/live_in daemon/live_out daemon/live_guard daemon/live_check daemon/live_queue \
	   daemon/live_save daemon/live_sweep daemon/ageing daemon/live_learned daemon/live_tally daemon/live_allow daemon/live_ctl daemon/live_botnets daemon/live_status \
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
	   tools/replay_marks tools/replay_world tools/replay_spill tools/replay_state \
	   tools/replay_diff tools/replay_explain tools/replay_truth \
	   tools/replay_conn tools/replay_effect tools/replay_effect_count \
	   tools/replay_stat tools/replay_report \
	   tools/replay_report_rows tools/replay_report_json

zfw-replay_O := tools/zfw-replay $(REPLAY_O) tools/logfile \
	   tools/show tools/show_why tools/show_behind daemon/why daemon/why_visits daemon/why_words daemon/jtext \
	   $(STORE_O) $(CONFIG_O) daemon/log daemon/netlist $(DNSTELL_O) daemon/logjson \
	   fp/capture fp/recorder daemon/signatures $(SIGFILE_O) $(ENGINE_O) \
	   daemon/lists
zfw-replay_L := kyotocabinet libpcre2-8 libpcap libconfuse libsodium libjansson libm

ASK_O	:= tools/ctlclient tools/show tools/kernel tools/toolconf \
	   daemon/ctlreq daemon/nftconf

# Test packets in a network of their own, and what is said of them.
CHECK_O	:= tools/check tools/check_kernel tools/check_net \
	   tools/check_front tools/check_cut tools/check_system \
	   tools/check_hooks tools/check_ports tools/scratch \
	   tools/scratchnet tools/scratchsock tools/frame fp/traits fp/link \
	   fp/nfqueue fp/verdicts nft/sockcut daemon/privland daemon/iface

# One page with plots; nothing of the store.
STATS_HTML_O := tools/stats_html tools/stats_html_asset tools/stats_html_facts \
	   tools/stats_html_list tools/stats_html_machine tools/stats_html_mistake tools/stats_html_name \
	   tools/stats_html_pen tools/stats_html_time tools/stats_html_top \
	   tools/stats_svg tools/stats_svg_axis tools/stats_svg_heat \
	   tools/stats_svg_slots tools/stats_svg_time tools/stats_names

# The store as a whole: backup, check, export, import.
DUMP_O	:= tools/dump tools/dumpclient tools/dumpfield
STORETOOL_O := tools/storecmd tools/backup tools/checkdb tools/export \
	   tools/import tools/owner tools/wholefile $(DUMP_O) $(SCAN_O) \
	   db/storemake $(STORE_O) daemon/client daemon/faces daemon/jtext \
	   fp/hash

zfwctl_O := tools/zfwctl tools/top tools/top_frame tools/show_status tools/show_reload tools/show_why tools/show_behind tools/show_botnets $(CHECK_O) \
	   $(ASK_O) $(CONFIG_O) daemon/log fp/addr $(NFT_O) $(STORETOOL_O)
zfwctl_L := libconfuse libmnl libnftnl libnetfilter_queue libjansson \
	   libsodium kyotocabinet libm

zfw-whitelist_O := tools/zfw-whitelist tools/allowtext tools/offline tools/owner \
	   $(ASK_O) daemon/jtext $(CONFIG_O) daemon/log fp/addr fp/hash \
	   daemon/client daemon/faces $(STORE_O) $(NFT_O)
zfw-whitelist_L := libconfuse libmnl libnftnl libsodium kyotocabinet \
	   libjansson libm

# What zfw-stats reads and writes; neither the store nor the engine is in it.
STATSREAD_O := tools/stats_read tools/stats_mem tools/stats_dict \
	   tools/stats_name tools/stats_rows tools/stats_group \
	   tools/stats_list tools/stats_tell tools/stats_top \
	   tools/stats_geo tools/stats_mark tools/stats_series \
	   tools/stats_botnet $(SCAN_O) db/record db/record_client \
	   db/record_behind db/record_brief db/record_series daemon/tally \
	   daemon/client daemon/faces daemon/names daemon/names_addr \
	   $(BOTNET_O) tools/stats_names fp/addr fp/hash
STATSWRITE_O := tools/stats_names tools/stats_words tools/stats_text tools/stats_json \
	   tools/stats_csv tools/stats_prom tools/stats_letter \
	   tools/stats_letter_figures tools/stats_letter_head \
	   tools/stats_letter_run daemon/jtext

# The blocks as a DNS zone: a scan of its own.
STATSZONE_O := tools/stats_zone tools/stats_zone_choose tools/stats_zone_write

zfw-stats_O := tools/zfw-stats tools/stats_when tools/wholefile $(STATSZONE_O) \
	   $(STATSREAD_O) $(STATSWRITE_O) $(STATS_HTML_O) tools/toolconf \
	   $(CONFIG_O) daemon/log
zfw-stats_L := libmaxminddb libjansson libconfuse libsodium libm

ZFWFP_O	:= tools/fpopts tools/fploop tools/fprun tools/fpform \
	   tools/fpform_p0f tools/fpform_json tools/fpform_talk tools/fpjson \
	   tools/fpout tools/fptext fp/flows fp/tsclock fp/capture

zfw-fp_O := tools/zfw-fp $(ZFWFP_O) $(FP_O) $(SIGFILE_O) $(P0F_O)
zfw-fp_L := libpcap libsodium libm
