import ConversationModels

/// How many weights a model has that belong to positions in a minibatch's lists of hyperedges and of nodes, as the public codes of
/// M3NET and VUEMO have them: enough for the largest minibatch of the data that the model was made for.
struct PositionalWeights {
    let hyperedges: Int
    let nodes: Int

    /// - Throws: `BatchError` where a minibatch with that many has more than there are weights for.
    func check(hyperedges neededHyperedges: Int, nodes neededNodes: Int) throws(BatchError) {
        guard neededHyperedges <= hyperedges else {
            throw .outgrown(what: "hyperedges", needed: neededHyperedges, available: hyperedges)
        }
        guard neededNodes <= nodes else {
            throw .outgrown(what: "nodes", needed: neededNodes, available: nodes)
        }
    }
}
