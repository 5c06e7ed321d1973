/// The answers of two models to the utterances of one dialogue.
public struct PairedDialogue: Sendable {
    /// Gold classes; below 0 where there is none.
    public let gold: [Int32]
    /// What the first model says.
    public let first: [Int32]
    /// What the second model says.
    public let second: [Int32]

    /// Answers of one dialogue; see the properties.
    public init(gold: [Int32], first: [Int32], second: [Int32]) {
        precondition(gold.count == first.count && gold.count == second.count, "an answer of both for each utterance")
        self.gold = gold
        self.first = first
        self.second = second
    }
}

/// Tests by drawing dialogues, because the utterances of a dialogue are not independent of each other.
public struct DialogueResampling: Sendable {
    /// A difference of scores, first minus second, with what resampling says of it.
    public struct Outcome: Equatable, Sendable {
        /// The difference on the dialogues as they are.
        public let difference: Double
        /// The bounds between which 95 of 100 drawn differences lie (percentiles).
        public let interval: ClosedRange<Double>
        /// Two-sided: how often a difference at least as large comes out where each dialogue's answers are given to the two models by
        /// the throw of a coin (approximate randomisation; Noreen, 1989).
        public let p: Double
    }

    private let classes: Int
    private let matrices: [(first: ConfusionMatrix, second: ConfusionMatrix)]

    /// - Parameter dialogues: At least one.
    public init(classes: Int, dialogues: [PairedDialogue]) {
        precondition(!dialogues.isEmpty, "there is nothing to draw from")
        self.classes = classes
        matrices = dialogues.map {
            (
                ConfusionMatrix(classes: classes, gold: $0.gold, predicted: $0.first),
                ConfusionMatrix(classes: classes, gold: $0.gold, predicted: $0.second)
            )
        }
    }

    /// Compares a score, for example `\.weightedF1`.
    /// - Parameters:
    ///   - rounds: Draws of each kind, at least 1.
    ///   - random: What is drawn with; equal states give equal outcomes.
    public func compare(
        _ score: (ClassificationMetrics) -> Double, rounds: Int, using random: inout some RandomNumberGenerator
    ) -> Outcome {
        func difference(_ first: ConfusionMatrix, _ second: ConfusionMatrix) -> Double {
            score(ClassificationMetrics(first)) - score(ClassificationMetrics(second))
        }
        func sums(_ draw: () -> (Int, Bool)) -> Double {
            var (first, second) = (ConfusionMatrix(classes: classes), ConfusionMatrix(classes: classes))
            for _ in matrices.indices {
                let (index, isSwapped) = draw()
                let pair = matrices[index]
                first.add(isSwapped ? pair.second : pair.first)
                second.add(isSwapped ? pair.first : pair.second)
            }
            return difference(first, second)
        }
        var next = 0
        func inOrder() -> Int {
            defer { next = (next + 1) % matrices.count }
            return next
        }
        let observed = sums { (inOrder(), false) }
        // A state is exclusive to one closure at a time.
        var state = random
        var drawn: [Double] = []
        var atLeast = 0
        for _ in 0..<rounds {
            drawn.append(sums { (Int.random(in: 0..<matrices.count, using: &state), false) })
            // A rounding of the last place must not decide what is as large.
            if abs(sums { (inOrder(), Bool.random(using: &state)) }) >= abs(observed) - 1e-12 { atLeast += 1 }
        }
        random = state
        drawn.sort()
        func percentile(_ share: Double) -> Double {
            let place = share * Double(drawn.count - 1)
            let (below, rest) = (Int(place), place - Double(Int(place)))
            return drawn[below] + rest * (drawn[min(below + 1, drawn.count - 1)] - drawn[below])
        }
        return Outcome(
            difference: observed, interval: percentile(0.025)...percentile(0.975),
            p: Double(atLeast + 1) / Double(rounds + 1))
    }
}

extension ConfusionMatrix {
    /// Adds the counts of another matrix of as many classes.
    mutating func add(_ other: ConfusionMatrix) {
        precondition(classes == other.classes, "matrices of \(classes) and \(other.classes) classes")
        counts.withUnsafeMutableBufferPointer { own in
            for index in own.indices { own[index] += other.counts[index] }
        }
    }
}
