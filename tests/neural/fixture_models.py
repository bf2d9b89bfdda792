"""What the fixtures of the neural metrics are: configurations and hyper-parameters, for make_fixtures.py.

Keys as in published models, including those that a class does not know; sizes are tiny.
"""

from typing import Any

from published import METRICX_ROWS

XLMR = {
    "architectures": ["XLMRobertaForMaskedLM"],
    "attention_probs_dropout_prob": 0.1,
    "bos_token_id": 0,
    "eos_token_id": 2,
    "hidden_act": "gelu",
    "hidden_dropout_prob": 0.1,
    "hidden_size": 16,
    "initializer_range": 0.02,
    "intermediate_size": 32,
    "layer_norm_eps": 1e-05,
    "max_position_embeddings": 514,
    "model_type": "xlm-roberta",
    "num_attention_heads": 2,
    "num_hidden_layers": 4,
    "pad_token_id": 1,
    "position_embedding_type": "absolute",
    "type_vocab_size": 1,
    "vocab_size": 482,
}
XLMR_XL = XLMR | {"architectures": ["XLMRobertaXLForMaskedLM"], "model_type": "xlm-roberta-xl"}
ROBERTA = XLMR | {"architectures": ["RobertaForMaskedLM"], "model_type": "roberta", "vocab_size": 480}
BERT = {
    "architectures": ["BertForMaskedLM"],
    "attention_probs_dropout_prob": 0.1,
    "hidden_act": "gelu",
    "hidden_dropout_prob": 0.1,
    "hidden_size": 16,
    "initializer_range": 0.02,
    "intermediate_size": 32,
    "layer_norm_eps": 1e-12,
    "max_position_embeddings": 512,
    "model_type": "bert",
    "num_attention_heads": 2,
    "num_hidden_layers": 4,
    "pad_token_id": 0,
    "type_vocab_size": 2,
    "vocab_size": 480,
}

COMMON = {
    "activations": "Tanh",
    "batch_size": 4,
    "dropout": 0.1,
    "encoder_learning_rate": 1e-06,
    "encoder_model": "XLM-RoBERTa",
    "final_activation": None,
    "hidden_sizes": [24, 12],
    "keep_embeddings_frozen": True,
    "layerwise_decay": 0.95,
    "learning_rate": 1.5e-05,
    "loss": "mse",
    "nr_frozen_epochs": 0.3,
    "optimizer": "AdamW",
    "pretrained_model": "xlm-roberta-large",
    "train_data": ["data/train.csv"],
    "validation_data": ["data/dev.csv"],
}
SINGLE = COMMON | {"layer": "mix", "layer_norm": False, "layer_transformation": "sparsemax", "pool": "avg"}
#: As in published unified models, with keys that the class does not know.
UNIFIED = SINGLE | {
    "input_segments": ["mt", "src"],
    "loss_lambda": 0.65,
    "pretrained_model": "microsoft/infoxlm-large",
    "sent_layer": "mix",
    "word_layer": 4,
    "word_level_training": False,
    "word_weights": [0.15, 0.85],
}
XCOMET = {key: value for key, value in (COMMON | SINGLE).items() if key not in ("layer", "pool", "layer_norm")} | {
    "cross_entropy_weights": [0.08, 0.486, 0.505, 0.533],
    "encoder_model": "XLM-RoBERTa-XL",
    "error_labels": ["minor", "major", "critical"],
    "layer_norm": False,
    "loss_lambda": 0.055,
    "pretrained_model": "facebook/xlm-roberta-xl",
    "sent_layer": "mix",
    "word_layer": 4,
    "word_level_training": True,
}

#: name: class, hyper-parameters of the checkpoint, what hparams.yaml has besides, config, modes, layer weights.
COMET: dict[str, dict[str, Any]] = {
    "regression": {"class": "regression_metric", "hp": SINGLE, "modes": ["ref"], "mix": [-0.4, 0.5, 0.1, 0.35, -0.9]},
    "regression-cls": {
        "class": "regression_metric",
        "hp": SINGLE | {"pool": "cls", "layer": 3, "final_activation": "Sigmoid"},
        "modes": ["ref"],
        "tensors": "regression",
    },
    "regression-max": {
        "class": "regression_metric",
        "hp": SINGLE | {"pool": "max", "layer_norm": True},
        "modes": ["ref"],
        "tensors": "regression",
    },
    "referenceless": {
        "class": "referenceless_regression_metric",
        "hp": SINGLE | {"layer_norm": True, "layer_transformation": "softmax"},
        "modes": ["qe"],
        "mix": [-0.4, 0.5, 0.1, 0.35, 0.9],
    },
    "unified-qe": {
        "class": "unified_metric",
        "hp": UNIFIED,
        "modes": ["qe"],
        "mix": [-0.8, 0.2, -0.5, 0.5, 0.6],
    },
    "unified-patch": {
        "class": "unified_metric",
        "hp": UNIFIED,
        "yaml": {"layer_transformation": "sparsemax_patch"},
        "modes": ["qe"],
        "tensors": "unified-qe",
    },
    "unified": {
        "class": "unified_metric",
        "hp": {key: value for key, value in UNIFIED.items() if key != "layer_norm"}
        | {"input_segments": ["mt", "src", "ref"], "layer_transformation": "softmax"},
        "modes": ["ref", "qe"],
        "mix": [0.3, 0.2, -0.5, 0.5, 0.6],
    },
    "unified-words": {
        "class": "unified_metric",
        "hp": UNIFIED
        | {
            "word_level_training": True,
            "word_layer": 3,
            "error_labels": ["minor", "major"],
            "cross_entropy_weights": [0.1, 0.4, 0.5],
        },
        "modes": ["qe"],
        "mix": [0.3, 0.2, -0.9, 0.5, -0.6],
        "seed": 2,
    },
    "unified-bert": {
        "class": "unified_metric",
        "hp": UNIFIED
        | {
            "input_segments": ["mt", "src", "ref"],
            "encoder_model": "BERT",
            "pretrained_model": "bert-base-multilingual-cased",
            "sent_layer": 3,
        },
        "config": BERT,
        "tokenizer": "bert",
        "modes": ["ref", "qe"],
    },
    "xcomet": {
        "class": "xcomet_metric",
        "hp": XCOMET,
        "config": XLMR_XL,
        "seed": 6,
        "modes": ["ref", "qe"],
        "mix": [0.3, 0.2, 0.4, 0.5, 0.1],
    },
    "xcomet-inner": {
        "class": "xcomet_metric",
        "hp": XCOMET | {"sent_layer": 2, "word_layer": 3},
        "config": XLMR_XL,
        "modes": ["ref", "qe"],
        "tensors": "xcomet",
    },
}
#: As in google/mt5-xl, but for the sizes.
MT5 = {
    "architectures": ["MT5ForRegression"],
    "d_ff": 32,
    "d_kv": 8,
    "d_model": 16,
    "decoder_start_token_id": 0,
    "dropout_rate": 0.1,
    "eos_token_id": 1,
    "feed_forward_proj": "gated-gelu",
    "initializer_factor": 1.0,
    "is_encoder_decoder": True,
    "layer_norm_epsilon": 1e-06,
    "model_type": "mt5",
    "num_decoder_layers": 3,
    "num_heads": 2,
    "num_layers": 3,
    "output_past": True,
    "pad_token_id": 0,
    "relative_attention_num_buckets": 32,
    "tie_word_embeddings": False,
    "tokenizer_class": "T5Tokenizer",
    "torch_dtype": "float32",
    "use_cache": True,
    "vocab_size": METRICX_ROWS,
}
#: name: year, file of the weights, modes, longest input; all have the same tensors.
METRICX: dict[str, dict[str, Any]] = {
    "metricx-24": {"version": 24, "weights": "model.safetensors", "modes": ["ref", "qe"], "max_length": 1536},
    "metricx-24-tied": {
        "version": 24,
        "weights": "pytorch_model.bin",
        "modes": ["ref", "qe"],
        "max_length": 1536,
        "config": MT5 | {"tie_word_embeddings": True},
    },
    "metricx-23": {"version": 23, "weights": "pytorch_model.bin", "modes": ["ref"], "max_length": 1024},
    "metricx-23-qe": {"version": 23, "weights": "pytorch_model.bin", "modes": ["qe"], "max_length": 1024},
}
BERTSCORE = {
    "bertscore-roberta": {"config": ROBERTA, "tokenizer": "roberta"},
    "bertscore-bert": {"config": BERT, "tokenizer": "bert"},
}
