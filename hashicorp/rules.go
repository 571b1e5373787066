package hashicorp

import "slices"

// Rules returns what is known of the metrics of raft, memberlist and serf, and of the
// runtime metrics of go-metrics itself: help for each, units, which samples are
// durations though they don't come from MeasureSince, and labels in place of what
// varies in a key. Names stay those that go-metrics' own sink for Prometheus gives,
// before the driver adds a unit or _total, save that
//
//   - a part that varies becomes a label: raft.thread.saturation has thread, serf.queue
//     has queue, serf.events.by_name has event, serf.queries.by_name has query,
//     agent.invoke has script;
//   - a unit that a name has goes where Prometheus has it, with the values in the base
//     unit: serf.coordinate.adjustment, runtime.gc_pause and runtime.total_gc_pause are
//     in seconds;
//   - what raft reports a second time with the peer in the key, unless its
//     NoLegacyTelemetry is set, is left out: the series with the label peer_id have it.
//
// The slice is the caller's to change. The first rule that matches counts, so rules of
// one's own go before: append(own, hashicorp.Rules()...).
func Rules() []Rule {
	return slices.Concat(raftRules, raftLegacyRules, memberlistRules, serfRules, runtimeRules)
}

const (
	milliseconds = 0.001
	nanoseconds  = 1e-9
)

// Rules of this kind of table leave out what is found out: that durations which come
// from MeasureSince are in seconds.
var raftRules = []Rule{
	// What clients ask for.
	{Match: "raft.apply", Help: "Commands that this node was asked to apply"},
	{Match: "raft.barrier", Help: "Barriers that this node was asked for"},
	{Match: "raft.verify_leader", Help: "Requests to verify that this node still leads"},
	{Match: "raft.restore", Help: "Snapshots that this node was asked to restore"},
	{Match: "raft.restoreUserSnapshot", Help: "Time to restore a snapshot that a user gave"},

	// Elections.
	{Match: "raft.state.follower", Help: "Times that a node became a follower"},
	{Match: "raft.state.candidate", Help: "Times that a node became a candidate"},
	{Match: "raft.state.leader", Help: "Times that a node became the leader"},
	{Match: "raft.transition.heartbeat_timeout", Help: "Times that a follower missed its leader's heartbeats"},
	{Match: "raft.transition.leader_lease_timeout", Help: "Times that a leader lost touch with a quorum and stepped down"},
	{Match: "raft.candidate.electSelf", Help: "Time to ask a peer for its vote"},
	{Match: "raft.candidate.preElectSelf", Help: "Time to ask a peer for its vote before an election"},
	{Match: "raft.peers", Help: "Servers in the latest configuration"},

	// The leader.
	{Match: "raft.commitTime", Help: "Time from dispatch to commit of a log entry"},
	{Match: "raft.commitNumLogs", Help: "Log entries in the latest commit"},
	{Match: "raft.leader.dispatchLog", Help: "Time to write log entries to the leader's disk"},
	{Match: "raft.leader.dispatchNumLogs", Help: "Log entries in the latest write of the leader"},
	{Match: "raft.leader.lastContact", Help: "Time since the leader last heard of a follower, when it checks its lease",
		Unit: seconds, Scale: milliseconds},
	{Match: "raft.leader.oldestLogAge", Help: "Age of the oldest entry in the leader's log",
		Unit: seconds, Scale: milliseconds},
	{Match: "raft.replication.appendEntries.rpc", Help: "Time to replicate log entries to a follower"},
	{Match: "raft.replication.appendEntries.logs", Help: "Log entries replicated to a follower"},
	{Match: "raft.replication.heartbeat", Help: "Time for a heartbeat to a follower"},
	{Match: "raft.replication.installSnapshot", Help: "Time to install a snapshot on a follower"},

	// What a node does when it is called.
	{Match: "raft.rpc.processHeartbeat", Help: "Time to process a heartbeat"},
	{Match: "raft.rpc.appendEntries", Help: "Time to process a request to append entries"},
	{Match: "raft.rpc.appendEntries.storeLogs", Help: "Time to store the entries of such a request"},
	{Match: "raft.rpc.appendEntries.processLogs", Help: "Time to hand on the entries that such a request commits"},
	{Match: "raft.rpc.requestVote", Help: "Time to process a request for a vote"},
	{Match: "raft.rpc.requestPreVote", Help: "Time to process a request for a vote before an election"},
	{Match: "raft.rpc.installSnapshot", Help: "Time to process a request to install a snapshot"},
	{Match: "raft.net.getRPCType", Help: "Time to wait for and read the type of a request"},
	{Match: "raft.net.rpcDecode", Help: "Time to decode a request"},
	{Match: "raft.net.rpcEnqueue", Help: "Time to queue a request"},
	{Match: "raft.net.rpcRespond", Help: "Time until a request is answered"},

	// The state machine and its logs.
	{Match: "raft.fsm.apply", Help: "Time of the state machine to apply a command"},
	{Match: "raft.fsm.applyBatch", Help: "Time of the state machine to apply a batch"},
	{Match: "raft.fsm.applyBatchNum", Help: "Log entries in a batch for the state machine"},
	{Match: "raft.fsm.enqueue", Help: "Time to queue committed entries for the state machine"},
	{Match: "raft.fsm.store_config", Help: "Time of the state machine to store a configuration"},
	{Match: "raft.fsm.snapshot", Help: "Time of the state machine to begin a snapshot"},
	{Match: "raft.fsm.restore", Help: "Time of the state machine to restore a snapshot"},
	{Match: "raft.fsm.lastRestoreDuration", Help: "Time that the latest restoring of a snapshot took",
		Unit: seconds, Scale: milliseconds},
	{Match: "raft.snapshot.create", Help: "Time to create a snapshot in its store"},
	{Match: "raft.snapshot.persist", Help: "Time to write a snapshot"},
	{Match: "raft.snapshot.takeSnapshot", Help: "Time to take a snapshot, as a whole"},
	{Match: "raft.compactLogs", Help: "Time to delete log entries that a snapshot has"},
	{Match: "raft.removeOldLogs", Help: "Time to delete all log entries before those of a snapshot"},
	{Match: "raft.thread.{thread}.saturation", Help: "Share of its time that a thread of raft is busy", Unit: "ratio"},
}

var raftLegacyRules = []Rule{
	{Match: "raft.replication.appendEntries.rpc.{peer_id}", Drop: true},
	{Match: "raft.replication.appendEntries.logs.{peer_id}", Drop: true},
	{Match: "raft.replication.heartbeat.{peer_id}", Drop: true},
	{Match: "raft.replication.installSnapshot.{peer_id}", Drop: true},
}

var memberlistRules = []Rule{
	{Match: "memberlist.health.score", Help: "How unwell this node takes itself to be; 0 is well"},
	{Match: "memberlist.node.instances", Help: "Nodes known, by state"},
	{Match: "memberlist.degraded.probe", Help: "Probes made less often since this node is unwell"},
	{Match: "memberlist.degraded.timeout", Help: "Nodes taken for dead that fewer nodes than expected suspected"},
	{Match: "memberlist.msg.alive", Help: "Messages that a node is alive"},
	{Match: "memberlist.msg.suspect", Help: "Messages that a node is suspected to be dead"},
	{Match: "memberlist.msg.dead", Help: "Messages that a node is dead"},
	{Match: "memberlist.probeNode", Help: "Time to probe a node"},
	{Match: "memberlist.gossip", Help: "Time to send a round of gossip"},
	{Match: "memberlist.pushPullNode", Help: "Time to exchange the whole state with a node"},
	{Match: "memberlist.queue.broadcasts", Help: "Broadcasts in the queue, when it is checked"},
	// No size: as of v0.7.0 it is four bytes from the middle of the message.
	{Match: "memberlist.size.local", Help: "What memberlist takes for the size of the state it sent last"},
	{Match: "memberlist.size.remote", Help: "Size of an encrypted state received", Unit: "bytes"},
	{Match: "memberlist.tcp.accept", Help: "TCP connections accepted"},
	{Match: "memberlist.tcp.connect", Help: "TCP connections made"},
	{Match: "memberlist.tcp.sent", Help: "Bytes sent over TCP", Unit: "bytes"},
	{Match: "memberlist.udp.sent", Help: "Bytes sent over UDP", Unit: "bytes"},
	{Match: "memberlist.udp.received", Help: "Bytes received over UDP", Unit: "bytes"},
}

var serfRules = []Rule{
	{Match: "serf.member.join", Help: "Members that joined"},
	{Match: "serf.member.left", Help: "Members that left in order"},
	{Match: "serf.member.failed", Help: "Members that failed"},
	{Match: "serf.member.flap", Help: "Members that joined again soon after they failed"},
	{Match: "serf.member.update", Help: "Members that changed"},
	{Match: "serf.events", Help: "User events"},
	{Match: "serf.events.{event}", Name: "serf.events.by_name", Help: "User events, by name"},
	{Match: "serf.queries", Help: "Queries"},
	{Match: "serf.queries.{query}", Name: "serf.queries.by_name", Help: "Queries, by name"},
	{Match: "serf.query_acks", Help: "Acknowledgements of queries"},
	{Match: "serf.query_duplicate_acks", Help: "Acknowledgements of queries that had come before"},
	{Match: "serf.query_responses", Help: "Responses to queries"},
	{Match: "serf.query_duplicate_responses", Help: "Responses to queries that had come before"},
	{Match: "serf.queue.{queue}", Help: "Messages in a queue, when it is checked"},
	{Match: "serf.msgs.received", Help: "Size of messages received", Unit: "bytes"},
	{Match: "serf.msgs.sent", Help: "Size of messages sent", Unit: "bytes"},
	{Match: "serf.coordinate.adjustment-ms", Name: "serf.coordinate.adjustment",
		Help: "How far this node's network coordinate moved with a probe", Unit: seconds, Scale: milliseconds},
	{Match: "serf.coordinate.rejected", Help: "Network coordinates of others that were refused"},
	{Match: "serf.coordinate.zero-rtt", Help: "Round trips to others that took no time"},
	{Match: "serf.snapshot.appendLine", Help: "Time to add a line to the snapshot"},
	{Match: "serf.snapshot.compact", Help: "Time to compact the snapshot"},
	{Match: "agent.invoke.{script}", Help: "Time of an event handler"},
	{Match: "agent.ipc.accept", Help: "Connections of the agent's clients"},
	{Match: "agent.ipc.command", Help: "Commands of the agent's clients"},
}

var runtimeRules = []Rule{
	{Match: "runtime.num_goroutines", Help: "Goroutines"},
	{Match: "runtime.alloc_bytes", Help: "Bytes of live and not yet swept objects on the heap", Unit: "bytes"},
	{Match: "runtime.sys_bytes", Help: "Bytes obtained from the system", Unit: "bytes"},
	{Match: "runtime.malloc_count", Help: "Objects allocated since the start"},
	{Match: "runtime.free_count", Help: "Objects freed since the start"},
	{Match: "runtime.heap_objects", Help: "Objects on the heap"},
	{Match: "runtime.total_gc_runs", Help: "Garbage collections since the start"},
	{Match: "runtime.total_gc_pause_ns", Name: "runtime.total_gc_pause",
		Help: "Time that the program stood still for garbage collection since the start", Unit: seconds, Scale: nanoseconds},
	{Match: "runtime.gc_pause_ns", Name: "runtime.gc_pause",
		Help: "Time that the program stood still for a garbage collection", Unit: seconds, Scale: nanoseconds},
}
