import ArgumentParser
import Configuration
import Experiments
import FeatureStore
import Models
import Training

/// One part of divided dialogues: what its run is called, and what makes it.
struct DivisionPart {
    /// The name of its folder, or the end of it.
    let name: String
    let assignments: [ConfigurationAssignment]
}

extension DataOptions {
    /// Whether the options ask for a run for each part.
    var asksForEveryPart: Bool { leaveGroupOut != nil || (folds != nil && fold == nil) }

    /// What a folder of such runs is called, behind the model's label.
    var seriesName: String { folds.map { "folds-\($0)" } ?? "groups" }

    /// Whether a byte may stand in the name of a folder.
    private func isPlain(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    /// The parts that the options ask a run for.
    /// - Throws: `TrainingError` or `ValidationError` where the store has no such groups.
    func parts(of store: Store?) throws -> [DivisionPart] {
        if let folds {
            return (1...folds).map { number in
                DivisionPart(
                    name: "fold-\(number)",
                    assignments: [ConfigurationAssignment(key: "data.fold", value: "\(number)", option: "--folds")])
            }
        }
        guard let leaveGroupOut, let choice = GroupChoice(.scalar(leaveGroupOut)), choice != .none else {
            throw ValidationError(
                "--leave-group-out must be session, speaker or a regular expression with one capture.")
        }
        guard let store else { throw ValidationError("--leave-group-out finds the groups in a store; give one.") }
        var names: Set<String> = []
        return try DialogueDivision.groups(of: store, by: choice).map { group in
            // Groups may be called anything, and folders may not.
            let plain = String(
                group.utf8.map { isPlain($0) ? Character(UnicodeScalar($0)) : "-" })
            var (name, number) = ("group-" + plain.prefix(60), 1)
            while !names.insert(name).inserted {
                number += 1
                name = "group-\(plain.prefix(60))-\(number)"
            }
            return DivisionPart(
                name: name,
                assignments: [ConfigurationAssignment(key: "data.leaveOut", value: group, option: "--leave-group-out")])
        }
    }
}

extension ConfigurationOptions {
    /// A run for each seed and each part of the dialogues, where the options ask for several.
    /// - Parameter seeds: nil for the seed of the configuration.
    /// - Parameter threads: The default of `training.threads`.
    func entries(_ store: Store, seeds: [UInt64]?, threads: Int) throws -> [RunSeries.Entry] {
        let parts = data.asksForEveryPart ? try data.parts(of: store) : []
        let notices = Notices()
        var entries: [RunSeries.Entry] = []
        for seed in seeds.map({ $0.map(Optional.some) }) ?? [nil] {
            for part in parts.isEmpty ? [nil] : parts.map(Optional.some) {
                let names = [seed.map { "seed-\($0)" }, part?.name].compactMap { $0 }
                entries.append(
                    RunSeries.Entry(
                        name: names.joined(separator: "-"),
                        configuration: try resolved(
                            store, adding: seed.map { ["training.seed=\($0)"] } ?? [],
                            assigning: part?.assignments ?? [], threads: threads, notices: notices)))
            }
        }
        return entries
    }
}
