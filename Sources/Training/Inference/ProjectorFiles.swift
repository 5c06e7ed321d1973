import ConversationModels
import FeatureStore
import Files
import Foundation
import TerminalText

/// What TensorBoard's projector shows of a run: what the classifier of the chosen epoch gets for the utterances of test, with their names,
/// classes and sentences.
public enum ProjectorFiles {
    /// More utterances than this are left out: the first dialogues of test are taken.
    static let mostUtterances = 20_000

    /// Writes them into a run's folder, in the place of those that are there.
    /// - Throws: `TrainingError` where the run's checkpoint or the store cannot be used, or a file not be written; what the store throws.
    public static func write(of folder: RunFolder, store: Store, models: ModelRegister) throws {
        let run = try TrainedRun(folder, models: models, ownStore: store)
        let configuration = run.record.configuration
        let labels = try RunLabels(store: store, data: configuration.data)
        let test = try TrainingSplits(
            store: store, labels: labels, data: configuration.data, protocol: configuration.training.protocol
        ).test
        var (dialogues, count) = ([Int](), 0)
        for dialogue in test {
            count += store.dialogues[dialogue].range.count
            if count > mostUtterances, !dialogues.isEmpty { break }
            dialogues.append(dialogue)
        }
        var options = InferenceOptions()
        // Training has checked them, or was told not to.
        options.skipVerification = true
        let embedder = try Embedder(run, store: store, over: dialogues, stages: ["fused"], options: options)
        let predicted = Dictionary(
            try folder.outcome().1.rows.map { ([$0.dialogue, $0.utterance].map { Array($0.utf8) }, $0.predicted) },
            uniquingKeysWith: { first, _ in first })

        try replace(folder.embeddings) { file in
            while let piece = try embedder.next() {
                try piece.stages[0].values.withUnsafeBytes { try file.write($0) }
            }
        }
        try replace(folder.embeddingNames) { file in
            try file.write(Array("utterance\tdialogue\tspeaker\tgold\tpredicted\tsentence\n".utf8))
            for dialogue in dialogues.map({ store.dialogues[$0] }) {
                let sentences = try store.sentences(dialogue.range)
                for (place, utterance) in dialogue.range.enumerated() {
                    let id = store.utteranceIDs[utterance]
                    let label = labels.labels[utterance]
                    let fields = [
                        id, dialogue.id, store.speakerNames[Int(store.speakers[utterance])],
                        label < 0 ? "" : labels.names[Int(label)],
                        predicted[[dialogue.id, id].map { Array($0.utf8) }] ?? "", sentences[place],
                    ]
                    // Tabs and line feeds become visible.
                    let line = fields.map(\.escapedForTerminal).joined(separator: "\t")
                    try file.write(Array((line + "\n").utf8))
                }
            }
        }
        let rows = dialogues.reduce(0) { $0 + store.dialogues[$1].range.count }
        try replace(folder.projector) { file in
            try file.write(
                Array(
                    """
                    embeddings {
                      tensor_name: "fused"
                      tensor_shape: \(rows)
                      tensor_shape: \(embedder.stages[0].width)
                      tensor_path: "\(name(folder.embeddings))"
                      metadata_path: "\(name(folder.embeddingNames))"
                    }

                    """.utf8))
        }
    }

    private static func name(_ path: String) -> String { String(path.split(separator: "/").last ?? "") }

    /// A link in the place of a file is replaced, and what it leads to stays as it is.
    private static func replace(_ path: String, _ body: (OutputFile) throws -> Void) throws {
        try RunFolder.writing(path) {
            guard unlink(path) == 0 || errno == ENOENT else {
                throw FilesError("write", path, systemError: errno)
            }
            try AtomicFile.replace(path) { temporary in
                let file = try OutputFile(creating: temporary)
                try body(file)
                try file.close()
            }
        }
    }
}
