import FeatureStore
import Foundation
import Tensors
import Training

/// What the classifier of a run gets for the utterances of test, as points in a plane, in two ways.
struct EmbeddingMap {
    /// More utterances than this are drawn from at random: t-SNE compares all pairs.
    static let mostPoints = 3000
    /// Neighbours that are looked at.
    static let neighbours = 5

    /// How many numbers an embedding has.
    let width: Int
    /// The utterances that are shown, as rows of the answers.
    let rows: [Int]
    let components: PrincipalComponents
    let tsne: PlanePoints
    let perplexity: Double
    /// How far neighbours in the plane are neighbours in truth, of the components and of t-SNE.
    let trust: (components: Double, tsne: Double)
    /// The nearest utterances of each, as places in `rows`: in truth, among the components, and in t-SNE.
    let nearest: (truth: [[Int]], components: [[Int]], tsne: [[Int]])

    /// - Parameter embeddings: A row for each utterance that is shown, [n, D].
    /// - Throws: `ReportError` where they are too large to be compared.
    init(_ embeddings: Tensor, of rows: [Int]) throws(ReportError) {
        let cloud = PointCloud(embeddings)
        // Sums and differences of products must be finite too.
        guard cloud.products.values.allSatisfy({ abs($0) < 1e30 }) else {
            throw ReportError("the model's embeddings are too large to be compared.")
        }
        (self.rows, width) = (rows, embeddings.columns)
        let components = PrincipalComponents(cloud)
        let model = TSNE(cloud)
        let plane = model.places(from: components.places)
        (self.components, tsne, perplexity) = (components, plane, model.perplexity)
        let near = Self.neighbours
        trust = (
            cloud.trustworthiness(of: components.places, neighbours: near),
            cloud.trustworthiness(of: plane, neighbours: near)
        )
        nearest = (
            rows.indices.map { cloud.nearest(to: $0, count: near) },
            rows.indices.map { components.places.nearest(to: $0, count: near) },
            rows.indices.map { plane.nearest(to: $0, count: near) }
        )
    }

    /// The map of a run's chosen epoch; nil where there are too few utterances for one.
    /// - Parameters:
    ///   - dialogues: Those of test, as indices into the store's.
    ///   - isVerified: Whether the store's checksums were checked.
    /// - Throws: `TrainingError` or `StoreError` where the run's checkpoint or the store cannot be read.
    static func of(
        _ folder: RunFolder, _ record: RunRecord, _ dialogues: [Int], of store: Store, isVerified: Bool
    ) throws -> EmbeddingMap? {
        let count = dialogues.reduce(0) { $0 + store.dialogues[$1].range.count }
        guard count > 2 * neighbours else { return nil }
        var chosen = Array(0..<count)
        if count > mostPoints {
            var generator = SplitMix64(seed: 1)
            chosen = Array(chosen.shuffled(using: &generator).prefix(mostPoints)).sorted()
        }
        let run = try TrainedRun(folder, models: record.configuration.models, ownStore: store)
        var options = InferenceOptions()
        options.skipVerification = isVerified
        let embedder = try Embedder(
            run, store: store, over: dialogues, stages: ["fused"], options: options)
        let width = embedder.stages[0].width
        let rows = Tensor(rows: chosen.count, columns: width)
        var (first, next) = (0, 0)
        while let piece = try embedder.next() {
            let values = piece.stages[0].values
            let end = first + values.count / width
            while next < chosen.count, chosen[next] < end {
                let start = (chosen[next] - first) * width
                _ = rows.rows(next..<next + 1).values.update(fromContentsOf: values[start..<start + width])
                next += 1
            }
            first = end
        }
        return try EmbeddingMap(rows, of: chosen)
    }
}

extension RunAnswers {
    /// Where the dialogues of the runs are among those of the store.
    /// - Throws: `ReportError` where the store does not have the utterances of the runs.
    func dialogues(in store: Store) throws(ReportError) -> [Int] {
        let known = Dictionary(
            store.dialogues.enumerated().map { (Array($1.id.utf8), $0) }, uniquingKeysWith: { first, _ in first })
        var found: [Int] = []
        for dialogue in dialogues {
            let name = rows[dialogue.lowerBound].dialogue
            guard let index = known[Array(name.utf8)], store.dialogues[index].range.count == dialogue.count,
                zip(store.dialogues[index].range, dialogue).allSatisfy({
                    same(store.utteranceIDs[$0], rows[$1].utterance)
                })
            else {
                throw ReportError(
                    "the predictions of the runs are of other utterances than dialogue '\(name)' has in \(store.path); evaluate the "
                        + "runs again with vuemo train --resume.")
            }
            found.append(index)
        }
        return found
    }
}
