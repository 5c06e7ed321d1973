import Autodiff
import ConversationModels
import Foundation
import Tensors
import Testing
import Models

/// The released variant has one weight per position in the minibatch, so there is a largest minibatch.
@Suite struct PositionalWeightsTests {
    private static let lengths = [4, 2]

    private func forward(_ variant: Variant, modalities: String = "avl", hyperedges: Int, nodes: Int) throws {
        var c = SmallModel.configuration(variant, modalities: modalities)
        c.maximumHyperedges = hyperedges
        c.maximumNodes = nodes
        let input = SmallModel.input(Self.lengths.enumerated().map { (number: $0, length: $1) }, c)
        _ = try VUEMOModel(c, seed: 1).forward(input, on: Tape(mode: .evaluation, recording: false))
    }

    /// Four streams' hyperedges in each of two dialogues and six on each of six utterances; four nodes per utterance.
    @Test func exactFit() {
        #expect(throws: Never.self) { try forward(.released, hyperedges: 2 * 4 + 6 * 6, nodes: 6 * 4) }
    }

    @Test func tooManyHyperedges() {
        #expect(throws: BatchError.outgrown(what: "hyperedges", needed: 44, available: 43)) {
            try forward(.released, hyperedges: 43, nodes: 24)
        }
    }

    @Test func tooManyNodes() {
        #expect(throws: BatchError.outgrown(what: "nodes", needed: 24, available: 23)) {
            try forward(.released, hyperedges: 44, nodes: 23)
        }
    }

    @Test func fewerModalitiesNeedFewer() throws {
        try forward(.released, modalities: "al", hyperedges: 2 * 3 + 6 * 3, nodes: 6 * 3)
        try forward(.released, modalities: "v", hyperedges: 2 * 2 + 6, nodes: 6 * 2)
        #expect(throws: BatchError.self) { try forward(.released, modalities: "v", hyperedges: 9, nodes: 12) }
    }

    @Test func correctedVariantHasNoLimit() {
        #expect(throws: Never.self) { try forward(.corrected, hyperedges: 1, nodes: 1) }
    }

    @Test func message() {
        let error = BatchError.outgrown(what: "nodes", needed: 24, available: 23)
        #expect(error.description.contains("24 nodes") && error.description.contains("23"))
        #expect(error.description.contains("smaller batch size"))
        #expect((error as any Error).localizedDescription == error.description)
    }
}
