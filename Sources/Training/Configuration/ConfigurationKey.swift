import Yams

/// One key of the configuration: its dotted name, what it expects, and how it is read from and written to YAML.
struct ConfigurationKey: Sendable {
    let name: String
    /// What a value must be, completing the sentence "… must be".
    let expectation: String
    /// The value as YAML.
    let node: @Sendable (RunConfiguration) -> Node
    /// Sets the value; false where the YAML is not what the key expects.
    let assign: @Sendable (inout RunConfiguration, Node) -> Bool

    var section: String { String(name.prefix { $0 != "." }) }
    var shortName: String { String(name.drop { $0 != "." }.dropFirst()) }
}

extension ConfigurationKey {
    typealias Path<Value> = WritableKeyPath<RunConfiguration, Value> & Sendable

    static func integer(_ name: String, _ path: Path<Int>, atLeast minimum: Int) -> Self {
        Self(
            name: name, expectation: "a whole number of at least \(minimum)",
            node: { Node(String($0[keyPath: path])) },
            assign: { configuration, node in
                guard let value = node.scalar.flatMap({ Int($0.string) }), value >= minimum else { return false }
                configuration[keyPath: path] = value
                return true
            })
    }

    static func seed(_ name: String, _ path: Path<UInt64>) -> Self {
        Self(
            name: name, expectation: "a whole number from 0 to \(UInt64.max)",
            node: { Node(String($0[keyPath: path])) },
            assign: { configuration, node in
                guard let value = node.scalar.flatMap({ UInt64($0.string) }) else { return false }
                configuration[keyPath: path] = value
                return true
            })
    }

    static func number(
        _ name: String, _ path: Path<Double>, _ expectation: String, where allowed: @escaping @Sendable (Double) -> Bool
    ) -> Self {
        Self(
            name: name, expectation: expectation,
            node: { Node(yamlNumber($0[keyPath: path])) },
            assign: { configuration, node in
                guard let value = node.scalar.flatMap({ Double($0.string) }), value.isFinite, allowed(value) else {
                    return false
                }
                configuration[keyPath: path] = value
                return true
            })
    }

    static func flag(_ name: String, _ path: Path<Bool>) -> Self {
        Self(
            name: name, expectation: "true or false",
            node: { Node($0[keyPath: path] ? "true" : "false") },
            assign: { configuration, node in
                switch node.scalar?.string.lowercased() {
                case "true", "yes", "on": configuration[keyPath: path] = true
                case "false", "no", "off": configuration[keyPath: path] = false
                default: return false
                }
                return true
            })
    }

    static func choice<Value: RawRepresentable & CaseIterable & Sendable>(
        _ name: String, _ path: Path<Value>
    ) -> Self where Value.RawValue == String {
        let names = Value.allCases.map(\.rawValue)
        return Self(
            name: name, expectation: "one of \(names.joined(separator: ", "))",
            node: { Node($0[keyPath: path].rawValue) },
            assign: { configuration, node in
                guard let value = node.scalar.flatMap({ Value(rawValue: $0.string) }) else { return false }
                configuration[keyPath: path] = value
                return true
            })
    }

    static func numbers(_ name: String, _ path: Path<[Double]>, _ expectation: String) -> Self {
        Self(
            name: name, expectation: expectation,
            node: { Node($0[keyPath: path].map { Node(yamlNumber($0)) }, .implicit, .flow) },
            assign: { configuration, node in
                guard let items = node.sequence else { return false }
                let values = items.compactMap { $0.scalar.flatMap { Double($0.string) } }
                guard values.count == items.count, values.allSatisfy({ $0 > 0 && $0.isFinite }) else { return false }
                configuration[keyPath: path] = values
                return true
            })
    }
}

/// The shortest text that reads back as `value`, with a decimal point before any exponent: YAML 1.1 readers take `2e-05` for a string.
func yamlNumber(_ value: Double) -> String {
    let text = "\(value)"
    guard let exponent = text.firstIndex(of: "e"), !text.contains(".") else { return text }
    return text[..<exponent] + ".0" + text[exponent...]
}
