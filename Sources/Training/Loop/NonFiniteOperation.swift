import Autodiff
import ConversationModels

extension ConversationModel {
    /// Makes a forward pass again that went wrong, and names its first operation whose result holds NaN or infinity; nil where there is
    /// none.
    func firstNonFiniteOperation(
        of batch: Minibatch, mode: Tape.Mode, loss: (Variable, Tape) -> Variable
    ) -> String? {
        let tape = Tape(mode: mode, recording: false, watching: true)
        guard let output = try? logProbabilities(batch.input, on: tape, stages: nil) else { return nil }
        _ = loss(output, tape)
        guard let operation = tape.firstNonFinite else { return nil }
        let names = parameters.entries.filter { entry in operation.inputs.contains { $0 === entry.variable } }
            .prefix(2).map(\.name)
        let with = names.isEmpty ? "" : " with \(names.joined(separator: ", "))"
        return
            "operation \(operation.number) of the pass, \(operation.name)\(with), is the first whose result is not finite"
            + (operation.hasFiniteInputs ? ", of finite numbers" : "")
    }
}

extension MinibatchSource {
    /// The ids of some dialogues, the first three and how many more.
    func ids(of dialogues: [Int]) -> String {
        let ids = dialogues.prefix(3).map { "'\(name(of: $0))'" }.joined(separator: ", ")
        return ids + (dialogues.count > 3 ? " and \(dialogues.count - 3) more" : "")
    }
}
