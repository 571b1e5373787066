package runtimemetrics

// processValues are what a system tells about the process; see the files of each.
type processValues struct {
	cpuSeconds, startTime        optional
	openFDs, maxFDs              optional
	virtual, maxVirtual          optional
	resident                     optional
	networkReceived, networkSent optional
}

// optional is a value that there may not be.
type optional struct {
	value float64
	ok    bool
}

func some(v float64) optional { return optional{v, true} }

func (r *Reader) addProcess() {
	var p processValues
	r.readings = append(r.readings, func() { p = readProcess() })
	for _, m := range []struct {
		name, help string
		counter    bool
		value      *optional
	}{
		{"process_cpu_seconds_total", "Total user and system CPU time spent in seconds.", true, &p.cpuSeconds},
		{"process_open_fds", "Number of open file descriptors.", false, &p.openFDs},
		{"process_max_fds", "Maximum number of open file descriptors.", false, &p.maxFDs},
		{"process_virtual_memory_bytes", "Virtual memory size in bytes.", false, &p.virtual},
		{"process_virtual_memory_max_bytes", "Maximum amount of virtual memory available in bytes.", false, &p.maxVirtual},
		{"process_resident_memory_bytes", "Resident memory size in bytes.", false, &p.resident},
		{"process_start_time_seconds", "Start time of the process since unix epoch in seconds.", false, &p.startTime},
		{"process_network_receive_bytes_total",
			"Number of bytes received over the network, by all processes of its network namespace.",
			true, &p.networkReceived},
		{"process_network_transmit_bytes_total",
			"Number of bytes sent over the network, by all processes of its network namespace.",
			true, &p.networkSent},
	} {
		read := func() (float64, bool) { return m.value.value, m.value.ok }
		if m.counter {
			r.addCounter(m.name, m.help, "", read)
		} else {
			r.addGauge(m.name, m.help, "", read)
		}
	}
}
