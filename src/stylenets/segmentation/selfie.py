"""A person segmenter that needs no model hub: MediaPipe's selfie segmentation out of its wheel.

It runs on LiteRT. The model (249 KB, Apache-2.0) takes 256 x 256 pixels and tells foreground from
background. Made for people near the camera, it marks what they hold and wear, and a cat or a dog,
as well.
"""

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from stylenets import masks, wheels
from stylenets.errors import UserError

WHEEL = ("mediapipe==0.10.21", "mediapipe/modules/selfie_segmentation/selfie_segmentation.tflite")
SHA256 = "9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c"
SIDE = 256  # pixels of the model's square input


class Selfie:
    """The segmenter of "person"."""

    def __init__(self) -> None:
        """Load the model.

        Raises:
            UserError: The extra ``selfie`` is not installed, or the model cannot be had.
        """
        try:
            from ai_edge_litert.interpreter import Interpreter  # an extra
        except ImportError as error:
            raise UserError(
                "segmenter=selfie needs the extra selfie:"
                f" pip install 'stylenets[selfie]' ({error})"
            ) from error
        file = wheels.fetch(*WHEEL, sha256=SHA256)
        self.model = Interpreter(model_path=str(file), num_threads=1)
        self.model.allocate_tensors()
        self.input = self.model.get_input_details()[0]["index"]
        self.output = self.model.get_output_details()[0]["index"]

    def __call__(self, picture: Tensor) -> dict[str, Tensor]:
        """Find a person, in the picture squashed to the model's square.

        Args:
            picture: (3, H, W) RGB in [0, 1].

        Returns:
            {"person": (H, W)}, the model's probability.
        """
        square = interpolate(picture[None], (SIDE, SIDE), mode="bilinear", antialias=True)
        self.model.set_tensor(self.input, square.permute(0, 2, 3, 1).contiguous().numpy())
        self.model.invoke()
        probability = torch.from_numpy(self.model.get_tensor(self.output)).float()[0, :, :, 0]
        return {"person": masks.resize(probability, *picture.shape[1:])}
