/* Online back-propagation with momentum as plain loops: what a careful C programmer writes, for the compiler to speed up.
 *
 * tanh hidden layers, softmax output, squared error with the exact Jacobian, batch size 1. Weights are flat: layer by
 * layer a row-major (inputs, outputs) matrix, then its biases. rule holds A, B, C, D of
 *     step = A lr g + B p;   p = C lr g + D p;   w += step.
 * Links libm for tanh and exp.
 */
#include <math.h>

enum { WIDEST = 1024, DEEPEST = 16 };

void train(int depth, const int *sizes, int items, const double *restrict inputs, const double *restrict targets,
           const int *restrict order, long updates, double lr, const double *rule,
           double *restrict w, double *restrict p)
{
    double a[DEEPEST][WIDEST], delta[DEEPEST][WIDEST];
    const double A = rule[0] * lr, B = rule[1], C = rule[2] * lr, D = rule[3];
    const int outputs = sizes[depth];
    for (long update = 0; update < updates; update++) {
        const int item = order[update % items];
        const double *t = targets + (long)item * outputs;
        for (int i = 0; i < sizes[0]; i++) a[0][i] = inputs[(long)item * sizes[0] + i];

        double *layer = w;
        for (int l = 0; l < depth; l++) {
            const int n = sizes[l], m = sizes[l + 1];
            const double *restrict x = a[l];
            double *restrict y = a[l + 1];
            for (int j = 0; j < m; j++) y[j] = layer[n * m + j];
            for (int i = 0; i < n; i++)
                for (int j = 0; j < m; j++) y[j] += x[i] * layer[i * m + j];
            if (l < depth - 1)
                for (int j = 0; j < m; j++) y[j] = tanh(y[j]);
            layer += (n + 1) * m;
        }
        double *o = a[depth], largest = o[0], total = 0.0, dot = 0.0;
        for (int k = 1; k < outputs; k++) largest = o[k] > largest ? o[k] : largest;
        for (int k = 0; k < outputs; k++) total += o[k] = exp(o[k] - largest);
        for (int k = 0; k < outputs; k++) o[k] /= total;
        for (int k = 0; k < outputs; k++) dot += o[k] * (t[k] - o[k]);
        for (int k = 0; k < outputs; k++) delta[depth][k] = o[k] * (t[k] - o[k] - dot);

        double *stored = p + (layer - w);
        for (int l = depth - 1; l >= 0; l--) {
            const int n = sizes[l], m = sizes[l + 1];
            const double *restrict x = a[l], *restrict d = delta[l + 1];
            double *restrict below = delta[l];
            layer -= (n + 1) * m;
            stored -= (n + 1) * m;
            if (l > 0)
                for (int i = 0; i < n; i++) {
                    double sum = 0.0;
                    for (int j = 0; j < m; j++) sum += d[j] * layer[i * m + j];
                    below[i] = sum * (1.0 - x[i] * x[i]);
                }
            for (int i = 0; i <= n; i++) {
                const double in = i < n ? x[i] : 1.0;
                double *restrict wi = layer + i * m, *restrict pi = stored + i * m;
                for (int j = 0; j < m; j++) {
                    const double g = in * d[j];
                    wi[j] += A * g + B * pi[j];
                    pi[j] = C * g + D * pi[j];
                }
            }
        }
    }
}
