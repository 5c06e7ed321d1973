import Configuration
import Foundation
import Tensors

/// One value for each parameter of a sweep, in the order of the file.
typealias Combination = [ConfigurationAssignment]

extension SweepPlan {
    /// All combinations, or those that are drawn.
    /// - Parameter isWhole: Whether a key takes whole numbers only; throws where it takes no numbers.
    /// - Throws: `ConfigurationError` where there are too many or too few.
    func combinations(isWhole: (Parameter) throws(ConfigurationError) -> Bool) throws(ConfigurationError)
        -> [Combination]
    {
        var axes: [Axis] = []
        for parameter in parameters {
            var whole = false
            if case .range = parameter.space { whole = try isWhole(parameter) }
            axes.append(Axis(parameter: parameter, isWhole: whole))
        }
        guard let draws else { return try grid(axes) }
        return try drawn(draws, axes)
    }

    private func grid(_ axes: [Axis]) throws(ConfigurationError) -> [Combination] {
        var combinations: [Combination] = [[]]
        for axis in axes {
            let values = try axis.values()
            guard combinations.count * values.count <= Self.mostCombinations else {
                throw ConfigurationError(
                    "\(axis.parameter.origin): with this key there are \(combinations.count * values.count) combinations, more than "
                        + "\(Self.mostCombinations); leave values out, or draw some with method: random.")
            }
            combinations = combinations.flatMap { combination in
                values.map { combination + [axis.assignment($0)] }
            }
        }
        return combinations
    }

    /// Different combinations. The first of them are the same however many are drawn, and in whatever order the file lists its keys.
    private func drawn(_ count: Int, _ axes: [Axis]) throws(ConfigurationError) -> [Combination] {
        let order = axes.indices.sorted {
            axes[$0].parameter.key.utf8.lexicographicallyPrecedes(axes[$1].parameter.key.utf8)
        }
        var random = SplitMix64(seed: drawSeed)
        var seen: Set<String> = []
        var combinations: [Combination] = []
        while combinations.count < count {
            var isNew = false
            for _ in 0..<1000 where !isNew {
                var values: [ConfigurationNode] = Array(repeating: .other, count: axes.count)
                for index in order { values[index] = axes[index].draw(&random) }
                isNew = seen.insert(values.map(\.text).joined(separator: "\n")).inserted
                if isNew { combinations.append(zip(axes, values).map { $0.assignment($1) }) }
            }
            guard isNew else {
                throw ConfigurationError(
                    "\(name): \(count) combinations are to be drawn, and hardly more than \(combinations.count) are different; lower draws, "
                        + "or widen the parameters.")
            }
        }
        return combinations
    }
}

/// A parameter, and the kind of its numbers.
private struct Axis {
    let parameter: SweepPlan.Parameter
    let isWhole: Bool

    func assignment(_ value: ConfigurationNode) -> ConfigurationAssignment {
        ConfigurationAssignment(key: parameter.key, value: value, origin: parameter.origin)
    }

    /// The values of a grid.
    func values() throws(ConfigurationError) -> [ConfigurationNode] {
        switch parameter.space {
        case .values(let values): return values
        case .range(_, _, _, nil):
            throw ConfigurationError(
                "\(parameter.origin): in a grid a range needs count, the number of values from min to max; give it, or list the values."
            )
        case .range(let min, let max, let isLogarithmic, let count?):
            let ends = Ends(min, max, isLogarithmic: isLogarithmic)
            return (0..<count).map { index in
                let value = ends.value(at: Double(index) / Double(count - 1))
                return ends.node(isWhole ? value.rounded() : value, isWhole: isWhole)
            }
        }
    }

    func draw(_ random: inout SplitMix64) -> ConfigurationNode {
        switch parameter.space {
        case .values(let values): return values[random.below(values.count)]
        case .range(let min, let max, let isLogarithmic, _):
            let share = Double(random.next() >> 11) * 0x1p-53
            guard isWhole else {
                let ends = Ends(min, max, isLogarithmic: isLogarithmic)
                return ends.node(ends.value(at: share), isWhole: false)
            }
            // Every whole number has the room up to the next one.
            let ends = Ends(min, max, isLogarithmic: isLogarithmic, beyond: 1)
            return Ends(min, max, isLogarithmic: isLogarithmic).node(
                ends.value(at: share).rounded(.down), isWhole: true)
        }
    }
}

/// The ends of a range.
private struct Ends {
    let min: Double
    let max: Double
    let isLogarithmic: Bool

    init(_ min: String, _ max: String, isLogarithmic: Bool, beyond: Double = 0) {
        self.min = Double(min) ?? 0
        self.max = (Double(max) ?? 0) + beyond
        self.isLogarithmic = isLogarithmic
    }

    func value(at share: Double) -> Double {
        isLogarithmic ? exp(log(min) + share * (log(max) - log(min))) : min + share * (max - min)
    }

    /// Four digits are as many as a table shows, and the same on every machine; the ends stay ends.
    func node(_ value: Double, isWhole: Bool) -> ConfigurationNode {
        let short = isWhole ? value : Double(String(format: "%.4g", value)) ?? value
        let inside = Swift.min(Swift.max(short, min), max)
        return isWhole && abs(inside) < 1e15 ? .scalar("\(Int(inside))") : .scalar("\(inside)")
    }
}
