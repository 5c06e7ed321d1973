import FeatureStore
import Tensors
import Testing
import TestSupport

@Suite struct SplitAssignmentTests {
    /// Dialogues of 5 to 60 utterances of four classes, the last of which is rare.
    private func dialogues(_ count: Int, seed: UInt64, groups: Int? = nil) -> [AssignableDialogue] {
        var random = SplitMix64(seed: seed)
        return (0..<count).map { index in
            let counts = [20, 15, 20, 4].map { Int.random(in: 0...$0, using: &random) }
            return AssignableDialogue(
                id: "d\(index)", group: groups.map { Int.random(in: 0..<$0, using: &random) },
                classCounts: [counts[0] + 1] + counts.dropFirst())
        }
    }

    private func withoutCounts(_ dialogues: [AssignableDialogue]) -> [AssignableDialogue] {
        dialogues.map { AssignableDialogue(id: $0.id, group: $0.group) }
    }

    private static let shares: [[Double]] = [
        [0.8, 0.1, 0.1], [0.7, 0.15, 0.15], [0.9, 0.1], [0.5, 0.5], [0.34, 0.33, 0.33], [0.98, 0.01, 0.01], [1],
    ]

    /// Without classes and groups, every part has its share to within one dialogue.
    @Test(arguments: shares) func sharesAreMetWithinADialogue(_ shares: [Double]) throws {
        for (count, seed) in [(3, 0), (10, 1), (151, 2), (152, 3), (1432, 4)] where count >= shares.count {
            let parts = try SplitAssignment.divide(
                withoutCounts(dialogues(count, seed: 1)), shares: shares, seed: UInt64(seed))
            #expect(parts.count == count && parts.allSatisfy { shares.indices.contains($0) })
            for (part, share) in shares.enumerated() {
                let found = parts.count { $0 == part }
                #expect(found > 0)
                // Where a part would be empty, the others give to it.
                if shares.min()! * Double(count) < 1 { continue }
                #expect(abs(Double(found) - share * Double(count)) < 1, "\(count): \(part) has \(found)")
            }
        }
    }

    @Test(arguments: [2, 3, 5, 10]) func foldsAreEqual(_ count: Int) throws {
        let parts = try SplitAssignment.divide(
            withoutCounts(dialogues(151, seed: 9)), shares: [Double](repeating: 1, count: count), seed: 3)
        let sizes = (0..<count).map { fold in parts.count { $0 == fold } }
        #expect(sizes.reduce(0, +) == 151 && sizes.max()! - sizes.min()! <= 1, "\(sizes)")
    }

    /// The shares of the classes come close: to within 0.015 in 151 dialogues, where a choice that does not look at them misses
    /// by several.
    @Test(arguments: 0..<8) func classesAreSpreadEvenly(_ seed: Int) throws {
        let dialogues = dialogues(151, seed: UInt64(seed))
        let shares = [0.8, 0.1, 0.1]
        let worst = try [dialogues, withoutCounts(dialogues)].map { given in
            let parts = try SplitAssignment.divide(given, shares: shares, seed: UInt64(seed))
            func counts(_ chosen: some Sequence<AssignableDialogue>) -> [Double] {
                chosen.reduce(into: [0, 0, 0, 0]) { sums, dialogue in
                    for label in 0..<4 { sums[label] += Double(dialogue.classCounts[label]) }
                }
            }
            func distribution(_ counts: [Double]) -> [Double] { counts.map { $0 / counts.reduce(0, +) } }
            let whole = distribution(counts(dialogues))
            return (0..<3).reduce(0.0) { worst, part in
                let own = distribution(counts(zip(dialogues, parts).filter { $1 == part }.map(\.0)))
                return zip(own, whole).reduce(worst) { max($0, abs($1.0 - $1.1)) }
            }
        }
        #expect(worst[0] < 0.015, "\(worst)")
        #expect(worst[0] < worst[1], "\(worst)")
    }

    @Test(arguments: [true, false]) func groupsStayWhole(_ isStratified: Bool) throws {
        for (groups, seed) in [(3, 0), (5, 1), (40, 2)] {
            var dialogues = dialogues(151, seed: UInt64(seed), groups: groups)
            // One stands alone.
            dialogues[7].group = nil
            if !isStratified { dialogues = withoutCounts(dialogues) }
            let parts = try SplitAssignment.divide(dialogues, shares: [0.6, 0.2, 0.2], seed: UInt64(seed))
            for group in 0..<groups {
                #expect(Set(zip(dialogues, parts).filter { $0.0.group == group }.map(\.1)).count <= 1)
            }
            #expect(Set(parts) == [0, 1, 2])
            if groups == 40, !isStratified {
                for (part, share) in [0.6, 0.2, 0.2].enumerated() {
                    #expect(abs(Double(parts.count { $0 == part }) / 151 - share) < 0.02)
                }
            }
        }
    }

    /// Equal ids, groups, counts and seeds give equal parts in whatever order the dialogues come; another seed gives others.
    @Test(arguments: [true, false]) func theSeedDecidesAndTheOrderDoesNot(_ isStratified: Bool) throws {
        let given = dialogues(90, seed: 4, groups: 60)
        let dialogues = isStratified ? given : withoutCounts(given)
        func divide(_ dialogues: [AssignableDialogue], _ seed: UInt64) throws -> [String: Int] {
            let parts = try SplitAssignment.divide(dialogues, shares: [0.7, 0.3], seed: seed)
            return Dictionary(uniqueKeysWithValues: zip(dialogues.map(\.id), parts))
        }
        let first = try divide(dialogues, 5)
        var random = SplitMix64(seed: 8)
        #expect(try divide(dialogues.shuffled(using: &random), 5) == first)
        // Groups have other numbers, and are the same groups.
        let renumbered = dialogues.map {
            AssignableDialogue(id: $0.id, group: $0.group.map { 1000 - $0 }, classCounts: $0.classCounts)
        }
        #expect(try divide(renumbered, 5) == first)
        let others = try (6..<12).map { try divide(dialogues, UInt64($0)) }
        #expect(Set(others + [first]).count == 7)
    }

    /// The first dialogues by the SHA-256 of "3 ID", computed with Python's hashlib.
    @Test func theOrderIsThatOfTheStatedDigests() throws {
        let dialogues = (0..<8).map { AssignableDialogue(id: "Ses0\($0)") }
        let parts = try SplitAssignment.divide(dialogues, shares: [1, 1], seed: 3)
        #expect(parts == [1, 0, 0, 0, 1, 1, 0, 1])
    }

    @Test func whatCannotBeDividedIsTold() throws {
        let fault = #expect(throws: SplittingError.self) {
            try SplitAssignment.divide(
                [0, 0, 1, 1].enumerated().map { AssignableDialogue(id: "\($0)", group: $1) }, shares: [1, 1, 1], seed: 0
            )
        }
        #expect(fault?.message.hasPrefix("2 groups cannot be divided into 3 parts") == true)
        for shares in [[], [1, 0], [-1, 2], [.nan, 1], [.infinity, 1]] {
            #expect(throws: SplittingError.self) {
                try SplitAssignment.divide(
                    [AssignableDialogue(id: "a"), AssignableDialogue(id: "b")], shares: shares, seed: 0)
            }
        }
    }
}
