/// Something that can be measured: one or two lines of the table.
struct Benchmark {
    /// What `--only` is compared with, and the lines' names begin with.
    let name: String
    /// Takes so many timings.
    let measure: (_ repetitions: Int, _ machine: Machine) throws -> [Line]

    init(name: String, measure: @escaping (_ repetitions: Int, _ machine: Machine) throws -> [Line]) {
        self.name = name
        self.measure = measure
    }

    /// An operation of the tape.
    init(_ operation: Operation) {
        self.init(name: operation.name) { operation.measure(repetitions: $0, machine: $1) }
    }

    /// Anything else: `prepare` makes what is needed once, its result is timed after two runs that do not count.
    init(_ name: String, cost: Cost?, prepare: @escaping () throws -> () throws -> Void) {
        self.init(name: name) { repetitions, machine in
            let body = try prepare()
            var times: [Double] = []
            for repetition in -2..<repetitions {
                let seconds = try Stopwatch.seconds(body)
                if repetition >= 0 { times.append(seconds) }
            }
            return [Line(name, seconds: times, cost: cost, machine: machine)]
        }
    }
}
