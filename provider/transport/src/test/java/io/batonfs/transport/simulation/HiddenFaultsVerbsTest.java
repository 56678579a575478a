package io.batonfs.transport.simulation;

/** The contract over packets that are lost, doubled, delayed, overtaken and damaged: nobody above may notice. */
class HiddenFaultsVerbsTest extends SimulatedVerbsTest {

    @Override
    FaultRates rates() {
        return FaultRates.hidden(0.02, 0.02, 0.01, 0.02, 0.02, 1_000_000);
    }
}
