const BINS = 10;

/**
 * Expected calibration error (Naeini, Cooper and Hauskrecht, AAAI 2015) with ten bins of equal size: the mean gap between
 * confidence and the share that is true. Range 0..1; 0 for no cases.
 */
export function expectedCalibrationError(confidences: readonly number[], truths: readonly boolean[]): number {
  const order = confidences.map((_, i) => i).sort((a, b) => (confidences[a] ?? 0) - (confidences[b] ?? 0) || a - b);
  const bins = Math.min(BINS, order.length);
  let error = 0;
  for (let bin = 0; bin < bins; bin++) {
    const members = order.slice(Math.round((bin * order.length) / bins), Math.round(((bin + 1) * order.length) / bins));
    const confidence = members.reduce((sum, i) => sum + (confidences[i] ?? 0), 0);
    const truth = members.filter((i) => truths[i] === true).length;
    error += Math.abs(confidence - truth);
  }
  return order.length === 0 ? 0 : error / order.length;
}
