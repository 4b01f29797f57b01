"""exp, log and pow from additions, multiplications and divisions only.

libm's versions differ between machines in the last bit (fused multiply-add or not), and a model
that is chaotic in its details turns that bit into another history. IEEE arithmetic does not differ.
Accuracy: relative error below 4e-16 for exp on [-700, 700] and 3e-16 for log (tested against mpmath-grade values).
"""

import math

import numpy as np

from silosim.model.jit import hot, rule

LN2_HI = 6.93147180369123816490e-01
LN2_LO = 1.90821492927058770002e-10
INVERSE_LN2 = 1.4426950408889634
SQRT_HALF = 0.7071067811865476
LOWEST, HIGHEST = -708.0, 709.0
POWERS = np.array([2.0**k for k in range(-1022, 1024)])  # exact


@rule
def exp(x):
    """e^x; 0 below -708, clipped at 709. Cody-Waite reduction, then Taylor on |r| <= ln2/2."""
    if x < LOWEST:
        return 0.0
    if x > HIGHEST:
        x = HIGHEST
    k = math.floor(x * INVERSE_LN2 + 0.5)
    r = (x - k * LN2_HI) - k * LN2_LO
    r2 = r * r
    # Estrin's scheme: short dependency chains, same order of operations everywhere
    low = (1.0 + r) + r2 * (0.5 + r * (1.0 / 6.0))
    mid = (1.0 / 24.0 + r * (1.0 / 120.0)) + r2 * (1.0 / 720.0 + r * (1.0 / 5040.0))
    top = (1.0 / 40320.0 + r * (1.0 / 362880.0)) + r2 * (1.0 / 3628800.0 + r * (1.0 / 39916800.0))
    r4 = r2 * r2
    return (low + r4 * (mid + r4 * (top + r4 * (1.0 / 479001600.0 + r * (1.0 / 6227020800.0))))) * POWERS[int(k) + 1022]


@rule
def log(x):
    """Natural logarithm of x > 0; -708 for x <= 0 (a probability of exactly zero, never an error)."""
    if x <= 0.0:
        return LOWEST
    m, e = math.frexp(x)
    if m < SQRT_HALF:
        m *= 2.0
        e -= 1
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    z2 = z * z
    z4 = z2 * z2  # Estrin's scheme again
    low = (1 / 3 + z * (1 / 5)) + z2 * (1 / 7 + z * (1 / 9))
    mid = (1 / 11 + z * (1 / 13)) + z2 * (1 / 15 + z * (1 / 17))
    series = z * (low + z4 * (mid + z4 * (1 / 19 + z * (1 / 21))))
    return e * LN2_HI + (2.0 * s + (2.0 * s * series + e * LN2_LO))


@rule
def power(x, y):
    """x^y for x > 0."""
    if y == 0.0:
        return 1.0
    return exp(y * log(x))


@hot
def logistic(x):
    """1 / (1 + e^-x)."""
    return 1.0 / (1.0 + exp(-x))


@hot
def clip(x, low, high):
    return low if x < low else (high if x > high else x)


_A = (3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
      4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3)
_B = (1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
      2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3)
_C = (1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
      1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4)
_D = (1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
      1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9)


def _polynomial(coefficients, x):
    total = 0.0
    for c in reversed(coefficients):
        total = total * x + c
    return total


def normal_quantile(u):
    """Standard normal quantile, algorithm AS 241 (Wichura 1988), for 1e-11 < u < 1 - 1e-11."""
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return q * _polynomial(_A, r) / _polynomial(_B, r)
    r = math.sqrt(-float(log(min(u, 1.0 - u)))) - 1.6
    x = _polynomial(_C, r) / _polynomial(_D, r)
    return -x if q < 0 else x


BINS = 256  # quantiles; small enough for the nearest cache, and the tails are cut at the same 3.5 deviations


def _normal_table():
    """BINS + 1 quantiles; between two a draw is interpolated, so it is monotone in its uniform.

    Scaled so that the piecewise linear distribution has variance 1 exactly (to rounding).
    """
    edge = 1.0 / (16.0 * BINS)
    z = np.array([normal_quantile(min(max(k / BINS, edge), 1.0 - edge)) for k in range(BINS + 1)])
    a, b = z[:-1], z[1:]
    variance = 0.0
    for low, high in zip(a, b, strict=True):
        variance += (low * low + low * high + high * high) / 3.0 / BINS
    return z / math.sqrt(variance)


NORMAL = _normal_table()

STEP = 1.0 / 32.0  # of the normal curve below; its sums are exact to rounding, because all derivatives vanish outside
HALF_WIDTH = 256  # steps either way: 8 standard deviations


def _normal_curve():
    """Standard normal density, and the logarithm of the share below, at every STEP from -8 to 8."""
    scale = 1.0 / math.sqrt(2.0 * math.pi)

    def phi(z):
        return scale * float(exp(-0.5 * z * z))

    density, log_below = np.empty(2 * HALF_WIDTH + 1), np.empty(2 * HALF_WIDTH + 1)
    below, h = 6.220960574271785e-16, STEP / 8.0  # Phi(-8); Simpson's rule over eight parts of a step
    for k in range(2 * HALF_WIDTH + 1):
        z = (k - HALF_WIDTH) * STEP
        if k > 0:
            odd = sum(phi(z - STEP + j * h) for j in (1, 3, 5, 7))
            even = sum(phi(z - STEP + j * h) for j in (2, 4, 6))
            below += (h / 3.0) * (phi(z - STEP) + 4.0 * odd + 2.0 * even + phi(z))
        density[k], log_below[k] = phi(z), float(log(below))
    return density, log_below


DENSITY, LOG_BELOW = _normal_curve()


@rule
def slope_of_winning(n):
    """How fast the chance to come first among n equals rises with one's lead, in units of the spread of luck:

    the integral of (n - 1) phi^2 Phi^(n - 2), which is e_n / n with e_n the mean of the largest of n standard
    normals (Lazear & Rosen 1981; check). 0 for one alone.
    """
    if n < 2:
        return 0.0
    total = 0.0
    for k in range(DENSITY.shape[0]):
        total += DENSITY[k] * DENSITY[k] * exp((n - 2) * LOG_BELOW[k])
    return (n - 1) * total * STEP
