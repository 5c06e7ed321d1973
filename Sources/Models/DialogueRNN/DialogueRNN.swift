import Autodiff
import Configuration
import ConversationModels
import Conversations
import NeuralNetworks
import Tensors

/// The hyperparameters of DialogueRNN: the keys under `model`.
public struct DialogueRNNKeys: ModelKeys {
    public let modalities = Key(Modalities.all, "The modalities in use.")
    public let utteranceSize = Key(
        100, in: 1...65_536, "The width to which an utterance's features are brought together.")
    public let globalSize = Key(500, in: 1...65_536, "The width of the global state.")
    public let partySize = Key(500, in: 1...65_536, "The width of a party's state.")
    public let emotionSize = Key(500, in: 1...65_536, "The width of one direction of the emotion state.")
    public let denseSize = Key(
        1000, in: 1...65_536, "The width of the dense layer between the emotion states and the classifier.")
    public let dropout = Key(
        dropout: 0.1, "The probability of dropout of every state, of the emotion states, and before the classifier.")

    public static let table = KeyTable(DialogueRNNKeys())
}

/// DialogueRNN (Majumder et al., AAAI 2019) with its simple attention, in both directions: a global state follows the dialogue, each party
/// has a state of its own, and an emotion state is read from that of who speaks. A dialogue's result does not depend on its neighbours in
/// the minibatch.
public final class DialogueRNN: ConversationModel {
    /// All parameters.
    public let parameters: ParameterStore
    private let settings: Settings<DialogueRNNKeys>
    private let modules: Modules

    private struct Modules {
        let utterance: Linear
        let directions: [Direction]
        let dense: Linear
        let classify: Linear
    }

    private struct Direction {
        let global, party, emotion: Cell
        let attention: Parameter

        init(_ p: ParameterScope, _ settings: Settings<DialogueRNNKeys>) {
            let (u, g, q) = (settings.utteranceSize, settings.globalSize, settings.partySize)
            global = Cell(p.scope("global"), inputs: u + q, hidden: g)
            party = Cell(p.scope("party"), inputs: u + g, hidden: q)
            emotion = Cell(p.scope("emotion"), inputs: q, hidden: settings.emotionSize)
            attention = p.scope("attention").declare("weight", [1, g], .fanIn(g))
        }

        var variables: DialogueRNNDirection {
            DialogueRNNDirection(
                global: global.variables, party: party.variables, emotion: emotion.variables,
                attention: attention.variable)
        }
    }

    /// A GRU cell with PyTorch's names, all U(±1/√hidden).
    private struct Cell {
        let inputWeight, recurrentWeight, inputBias, recurrentBias: Parameter

        init(_ p: ParameterScope, inputs: Int, hidden: Int) {
            inputWeight = p.declare("weight_ih", [3 * hidden, inputs], .fanIn(hidden))
            recurrentWeight = p.declare("weight_hh", [3 * hidden, hidden], .fanIn(hidden))
            inputBias = p.declare("bias_ih", [3 * hidden], .fanIn(hidden))
            recurrentBias = p.declare("bias_hh", [3 * hidden], .fanIn(hidden))
        }

        var variables: RecurrentDirection {
            RecurrentDirection(
                inputWeight: inputWeight.variable, recurrentWeight: recurrentWeight.variable,
                inputBias: inputBias.variable, recurrentBias: recurrentBias.variable)
        }
    }

    /// A model with parameters drawn as PyTorch draws them; equal seeds give equal parameters.
    public init(_ settings: Settings<DialogueRNNKeys>, _ shape: DatasetShape, seed: UInt64) {
        self.settings = settings
        (modules, parameters) = ParameterStore.build(seed: seed) { p in
            Modules(
                utterance: Linear(
                    p.scope("utterance"), inputs: shape.width(of: settings.modalities),
                    outputs: settings.utteranceSize),
                directions: ["forwards", "backwards"].map { Direction(p.scope($0), settings) },
                dense: Linear(p.scope("dense"), inputs: 2 * settings.emotionSize, outputs: settings.denseSize),
                classify: Linear(p.scope("classify"), inputs: settings.denseSize, outputs: shape.classes))
        }
    }

    /// Computes a minibatch. Offers "emotions", [N, 2·emotionSize], and "fused", the input of the classifier before dropout, [N, denseSize].
    public func logProbabilities(
        _ batch: ConversationBatch, on tape: Tape, stages: StageRecorder?
    ) throws(BatchError) -> Variable {
        let x = tape.stackStreams(batch.features(of: settings.modalities).map(Variable.constant))
        let layout = SequenceLayout(packing: batch.lengths)
        let dropout = Float(settings.dropout)
        let states = tape.dialogueRNNLayer(
            modules.utterance(x, on: tape), layout: layout, speakers: batch.speakers,
            directions: modules.directions.map(\.variables), dropout: dropout)
        let emotions = tape.gatherRows(states, layout.rowOfUtterance)
        stages?.offer("emotions", emotions)
        let fused = modules.dense(tape.dropout(emotions, probability: dropout), on: tape, relu: true)
        stages?.offer("fused", fused)
        return tape.logSoftmax(modules.classify(tape.dropout(fused, probability: dropout), on: tape))
    }

    /// Every minibatch can be computed.
    public func check(_ shape: BatchShape) throws(BatchError) {}
}

extension DialogueRNN {
    /// The baseline.
    public static let definition = ModelDefinition(
        "dialoguernn",
        "DialogueRNN, recurrent states of the dialogue, its parties and their emotion (Majumder et al., AAAI 2019).",
        keys: DialogueRNNKeys.self, label: { _ in "dialoguernn" }, speakers: { _ in .parties },
        make: { settings, shape, seed, _ in DialogueRNN(settings, shape, seed: seed) })
}
