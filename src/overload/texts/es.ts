import type { PageTexts } from '../page-texts.ts';

export const es: PageTexts = {
  language: 'es',
  overload: {
    title: 'Un momento, por favor',
    looking: 'No tiene que hacer nada: no se ha perdido nada.',
    sending:
      'Lo que acaba de enviar no se ha guardado. Vuelva atrás con su navegador (suele conservar lo que escribió), guarde una copia y envíelo de nuevo un poco más tarde.',
    again: 'Por favor, vuelva dentro de {time}.',
    retrying: 'Esta página lo intenta de nuevo por sí sola dentro de {time}.',
    resend: 'Podrá enviarlo de nuevo dentro de {time}.',
    queue: 'Esperan en este momento: {waiting}.',
    contact: '¿Preguntas?',
    back: 'Volver a lo que escribí',
    pause: 'No intentar más',
    resume: 'Intentar por sí sola',
    paused: 'Esta página ya no lo intenta por sí sola.',
    trying: 'Intentando de nuevo …',
    ready: 'Ya puede enviarlo de nuevo.',
    reasons: {
      busy: {
        text: 'En este momento visita este sitio más gente de la que puede atender a la vez. Nada está roto; solo necesita un momento.',
      },
      full: {
        text: 'Ya hay mucha gente esperando este sitio. Nada está roto; atiende a unos después de otros.',
      },
      late: {
        text: 'Ha esperado más de lo que nadie debería: su turno no llegó a tiempo. Nada está roto.',
      },
      starting: { text: 'Este sitio está arrancando. Necesita un momento hasta poder responder.' },
      closed: { title: 'Volvemos enseguida', text: 'Este sitio está en mantenimiento y vuelve pronto.' },
      excess: {
        title: 'Fue un poco rápido',
        text: 'Llegaron muchas solicitudes suyas, o de su red, en poco tiempo. Primero les toca a otros.',
      },
    },
  },
  requestId: 'Solicitud',
  quoteIt: 'Por favor, indíquelo si escribe al responsable del sitio.',
  errors: {
    400: {
      title: 'No se entendió la solicitud',
      text: 'Lo que envió su navegador no sigue las reglas de la web. Revise la dirección o empiece de nuevo desde la portada.',
    },
    403: {
      title: 'Esta página no es para todos',
      text: 'No tiene permiso para ver lo que hay en esta dirección.',
    },
    404: {
      title: 'Aquí no hay nada',
      text: 'Ninguna página tiene esta dirección. Puede que haya cambiado, o que el enlace tenga un error.',
    },
    405: { title: 'Eso no se puede hacer aquí', text: 'Esta dirección no acepta este tipo de solicitud.' },
    408: {
      title: 'Tardó demasiado',
      text: 'Su solicitud no llegó completa a tiempo. Revise su conexión e inténtelo de nuevo.',
    },
    411: { title: 'Falta una longitud', text: 'La solicitud debe decir cuánto mide (Content-Length).' },
    413: {
      title: 'Es demasiado grande',
      text: 'Envió más de lo que este sitio acepta a la vez, y no se guardó. Pruebe con un archivo más pequeño o un texto más corto.',
    },
    414: {
      title: 'Esta dirección es demasiado larga',
      text: 'La dirección tiene más caracteres de los que este sitio acepta.',
    },
    417: {
      title: 'No se puede cumplir lo esperado',
      text: 'La solicitud espera algo que este sitio no ofrece.',
    },
    421: { title: 'Esta no es la puerta', text: 'Este servidor no responde por el sitio que pidió.' },
    429: {
      title: 'Fue un poco rápido',
      text: 'Llegaron muchas solicitudes suyas en poco tiempo. Espere un momento y continúe.',
    },
    431: {
      title: 'La solicitud lleva demasiado',
      text: 'Sus cabeceras son mayores de lo que este sitio acepta. A menudo basta con borrar las cookies de este sitio.',
    },
    500: {
      title: 'Algo salió mal aquí',
      text: 'No es culpa suya. El error ha quedado anotado; inténtelo de nuevo más tarde.',
    },
    501: { title: 'Esto todavía no es posible', text: 'El sitio no conoce este tipo de solicitud.' },
    502: {
      title: 'El sitio no dio una respuesta correcta',
      text: 'No es culpa suya. El programa detrás de esta página falló; inténtelo de nuevo más tarde.',
    },
    503: {
      title: 'El sitio no está disponible',
      text: 'No es culpa suya. Inténtelo de nuevo en un momento.',
    },
    504: {
      title: 'El sitio tardó demasiado',
      text: 'El programa detrás de esta página no respondió a tiempo. Si envió algo, compruebe primero si llegó.',
    },
    505: { title: 'Aquí no se habla esta versión', text: 'El sitio no habla esta versión de HTTP.' },
  },
};
