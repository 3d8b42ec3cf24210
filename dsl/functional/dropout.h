// nn::functional: dropout. As in PyTorch, `training` is true unless said otherwise, and false in
// the alpha dropouts.
#pragma once

#include "dsl/layers/dropout.h"

namespace lithe::nn::functional {

class DropoutFuncOptions {
public:
    DropoutFuncOptions(double p = 0.5) : p_(p) {}
    DropoutFuncOptions(const DropoutOptions& options)
        : p_(options.p()), inplace_(options.inplace()) {}
    LITHE_ARG(double, p);
    LITHE_ARG(bool, training) = true;
    LITHE_ARG(bool, inplace) = false;
};
using Dropout1dFuncOptions = DropoutFuncOptions;
using Dropout2dFuncOptions = DropoutFuncOptions;
using Dropout3dFuncOptions = DropoutFuncOptions;

class AlphaDropoutFuncOptions {
public:
    AlphaDropoutFuncOptions(double p = 0.5) : p_(p) {}
    AlphaDropoutFuncOptions(const AlphaDropoutOptions& options)
        : p_(options.p()), inplace_(options.inplace()) {}
    LITHE_ARG(double, p);
    LITHE_ARG(bool, training) = false;
    LITHE_ARG(bool, inplace) = false;
};
using FeatureAlphaDropoutFuncOptions = AlphaDropoutFuncOptions;

// Errors: dropout.p, dropout<D>d.rank.
Tensor dropout(const Tensor& x, const DropoutFuncOptions& options = {});
Tensor dropout1d(const Tensor& x, const Dropout1dFuncOptions& options = {});
Tensor dropout2d(const Tensor& x, const Dropout2dFuncOptions& options = {});
Tensor dropout3d(const Tensor& x, const Dropout3dFuncOptions& options = {});
Tensor alpha_dropout(const Tensor& x, const AlphaDropoutFuncOptions& options = {});
Tensor feature_alpha_dropout(const Tensor& x, const FeatureAlphaDropoutFuncOptions& options = {});

}  // namespace lithe::nn::functional
