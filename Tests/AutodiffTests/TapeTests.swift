import Tensors
import Testing

@testable import Autodiff

@Suite struct TapeTests {
    private func tensor(_ values: Float...) -> Tensor { Tensor(rows: 1, columns: values.count, values) }

    /// x·w for rows x and w: a scalar.
    private func product(_ tape: Tape, _ x: Variable, _ w: Variable) -> Variable { tape.linear(x, weight: w) }

    @Test func variableUsedTwice() {
        let tape = Tape(mode: .evaluation)
        let x = Variable(tensor(1, 2, 3))
        // d(x·x)/dx = 2x
        tape.backward(from: product(tape, x, x))
        #expect(x.gradient?.array == [2, 4, 6])
    }

    @Test func intermediateUsedTwice() {
        let tape = Tape(mode: .evaluation)
        let x = Variable(tensor(1, -2))
        let y = tape.sum([x, x])
        // (2x)·(2x) = 4 x·x
        tape.backward(from: product(tape, y, y))
        #expect(x.gradient?.array == [8, -16])
        #expect(y.gradient == nil, "an intermediate gradient's memory is given back")
    }

    /// A cheap value is forgotten by each of its consumers and made again with the same bits, in a chain of such values, too.
    @Test func cheapValuesAreForgottenAndRemade() {
        let tape = Tape(mode: .training(seed: 3, step: 4))
        let x = Variable(tensor(0.3, -1.2, 2.5, 0.9))
        let activated = tape.gelu(x)
        let dropped = tape.dropout(activated, probability: 0.25)
        #expect(!activated.isAtHand && dropped.isAtHand)
        let bits = dropped.value.array
        let first = tape.linear(dropped, weight: Variable(tensor(1, 2, 3, 4)))
        #expect(!dropped.isAtHand)
        let second = tape.linear(dropped, weight: Variable(tensor(-2, 0.5, 1, 1)))
        #expect(dropped.value.array == bits)
        tape.backward(from: tape.sum([first, second]))
        #expect(!dropped.isAtHand && !activated.isAtHand)

        let plain = Tape(mode: .training(seed: 3, step: 4))
        let same = Variable(tensor(0.3, -1.2, 2.5, 0.9))
        let once = plain.dropout(plain.gelu(same), probability: 0.25)
        plain.backward(from: plain.linear(once, weight: Variable(tensor(-1, 2.5, 4, 5))))
        #expect(zip(x.gradient!.array, same.gradient!.array).allSatisfy { abs($0 - $1) < 1e-5 })
        #expect(x.gradient!.array.contains { $0 != 0 })
    }

    @Test func unusedBranchHasNoGradient() {
        let tape = Tape(mode: .evaluation)
        let x = Variable(tensor(1, 2))
        let z = Variable(tensor(1, 2))
        _ = tape.gelu(z)
        tape.backward(from: product(tape, x, .constant(tensor(3, 4))))
        #expect(x.gradient?.array == [3, 4])
        #expect(z.gradient == nil)
    }

    @Test func constantsAreNotRecorded() {
        let tape = Tape(mode: .evaluation)
        let x = Variable.constant(tensor(1, 2))
        let y = tape.gelu(x)
        #expect(!y.requiresGradient)
        let loss = product(tape, y, .constant(tensor(1, 1)))
        #expect(!loss.requiresGradient)
        tape.backward(from: loss)
        #expect(x.gradient == nil && y.gradient == nil)
    }

    @Test func nothingIsRecordedWithoutRecording() {
        let tape = Tape(mode: .evaluation, recording: false)
        let x = Variable(tensor(1, 2))
        let loss = product(tape, tape.gelu(x), .constant(tensor(1, 1)))
        #expect(!loss.requiresGradient)
        tape.backward(from: loss)
        #expect(x.gradient == nil)
    }

    /// Without a recording, an intermediate value's memory goes with its last reference.
    @Test func nothingIsKeptWithoutRecording() {
        final class Witness {}
        weak var witness: Witness?
        let tape = Tape(mode: .evaluation, recording: false)
        do {
            let storage = Witness()
            let memory = UnsafeMutablePointer<Float>.allocate(capacity: 2)
            defer { memory.deallocate() }
            memory.initialize(repeating: 1, count: 2)
            witness = storage
            _ = tape.gelu(Variable(Tensor(rows: 1, columns: 2, pointer: memory, storage: storage)))
        }
        #expect(witness == nil)
    }

    @Test func parametersAddUpOverPasses() {
        let gradient = Tensor(rows: 1, columns: 2, repeating: 0)
        let parameter = Variable(parameter: tensor(1, 1), gradient: gradient)
        for _ in 0..<3 {
            let tape = Tape(mode: .evaluation)
            tape.backward(from: product(tape, .constant(tensor(2, 5)), parameter))
        }
        #expect(gradient.array == [6, 15])
    }

    @Test func modes() {
        #expect(!Tape(mode: .evaluation).isTraining)
        #expect(Tape(mode: .training(seed: 1, step: 1)).isTraining)
        #expect(Tape(mode: .evaluation).maskKey(probability: 0.5) == nil)
        #expect(Tape(mode: .training(seed: 1, step: 1)).maskKey(probability: 0) == nil)
    }

    /// The n-th mask of a pass has the same key whatever has been masked before it.
    @Test func maskKeysDiffer() {
        var keys: Set<UInt64> = []
        for seed in 0..<4 as Range<UInt64> {
            for step in 0..<25 as Range<UInt64> {
                let tape = Tape(mode: .training(seed: seed, step: step))
                for _ in 0..<10 { keys.insert(tape.maskKey(probability: 0.5)!) }
            }
        }
        #expect(keys.count == 1000)
    }

    /// Every moment is in one lap, and each operation has one forward and, where it is recorded, one backward.
    @Test func lapsFollowEachOther() {
        let profile = PassProfile()
        let tape = Tape(mode: .training(seed: 1, step: 1), profile: profile)
        let (x, w) = (Variable(tensor(1, 2, 3)), Variable(tensor(1, 0, 2)))
        profile.skip()
        tape.backward(from: product(tape, tape.sum([x, x]), w))
        profile.lap("AdamW", .optimizer)
        #expect(profile.laps.map(\.name) == ["sum", "linear", "linear", "sum", "AdamW"])
        #expect(profile.laps.map(\.phase) == [.forward, .forward, .backward, .backward, .optimizer])
        for (lap, next) in zip(profile.laps, profile.laps.dropFirst()) {
            #expect(lap.seconds >= 0 && abs(lap.start + lap.seconds - next.start) < 1e-9)
        }
        #expect(profile.totals.count == 5 && profile.totals.allSatisfy { $0.laps == 1 })
        #expect(zip(profile.totals, profile.totals.dropFirst()).allSatisfy { $0.seconds >= $1.seconds })
        let evaluation = Tape(mode: .evaluation, recording: false, profile: profile)
        _ = product(evaluation, x, w)
        #expect(profile.laps.last?.phase == .evaluation)
    }
}
