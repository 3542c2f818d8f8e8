import type { PageTexts } from '../page-texts.ts';

export const de: PageTexts = {
  language: 'de',
  overload: {
    title: 'Einen Moment bitte',
    what: 'Gerade besuchen mehr Menschen diese Seite, als sie auf einmal bedienen kann. Es ist nichts kaputt; sie braucht nur einen Augenblick.',
    lookedAt: 'Sie müssen nichts tun: Es ist nichts verloren gegangen.',
    sent: 'Was Sie eben abgeschickt haben, wurde nicht gespeichert. Gehen Sie mit der Zurück-Taste Ihres Browsers zurück (meist steht dort noch, was Sie geschrieben haben) und schicken Sie es etwas später noch einmal ab.',
    again: 'Bitte kommen Sie wieder in',
    byItself: 'Diese Seite versucht es von selbst noch einmal.',
  },
  requestId: 'Anfrage',
  quoteIt: 'Bitte geben Sie dies an, wenn Sie dem Betreiber schreiben.',
  errors: {
    400: {
      title: 'Diese Anfrage war nicht zu verstehen',
      text: 'Was Ihr Browser geschickt hat, hält sich nicht an die Regeln des Webs. Prüfen Sie die Adresse oder beginnen Sie auf der Startseite neu.',
    },
    403: {
      title: 'Diese Seite ist nicht für alle',
      text: 'Sie dürfen nicht sehen, was unter dieser Adresse liegt.',
    },
    404: {
      title: 'Hier ist nichts',
      text: 'Keine Seite hat diese Adresse. Vielleicht ist sie umgezogen, oder der Link, der Sie hierher führte, ist falsch.',
    },
    405: { title: 'Das geht hier nicht', text: 'Diese Adresse nimmt diese Art von Anfrage nicht an.' },
    408: {
      title: 'Das hat zu lange gedauert',
      text: 'Ihre Anfrage kam nicht rechtzeitig vollständig an. Prüfen Sie Ihre Verbindung und versuchen Sie es noch einmal.',
    },
    411: { title: 'Eine Länge fehlt', text: 'Die Anfrage muss sagen, wie lang sie ist (Content-Length).' },
    413: {
      title: 'Das ist zu groß',
      text: 'Sie haben mehr geschickt, als diese Seite auf einmal annimmt; es wurde nicht gespeichert. Versuchen Sie es mit einer kleineren Datei oder einem kürzeren Text.',
    },
    414: {
      title: 'Diese Adresse ist zu lang',
      text: 'Die Adresse hat mehr Zeichen, als diese Seite annimmt.',
    },
    417: {
      title: 'Eine Erwartung ist nicht zu erfüllen',
      text: 'Die Anfrage erwartet etwas, das diese Seite nicht anbietet.',
    },
    421: {
      title: 'Das ist die falsche Tür',
      text: 'Dieser Server antwortet nicht für die Seite, die Sie verlangt haben.',
    },
    429: {
      title: 'Das war etwas schnell',
      text: 'Von Ihnen kamen in kurzer Zeit viele Anfragen. Warten Sie einen Moment, dann geht es weiter.',
    },
    431: {
      title: 'Die Anfrage trägt zu viel',
      text: 'Ihre Kopfzeilen sind größer, als diese Seite annimmt. Oft hilft es, die Cookies dieser Seite zu löschen.',
    },
    500: {
      title: 'Hier ist etwas schiefgegangen',
      text: 'Es liegt nicht an Ihnen. Der Fehler ist festgehalten; bitte versuchen Sie es später noch einmal.',
    },
    501: { title: 'Das ist noch nicht möglich', text: 'Diese Seite kennt diese Art von Anfrage nicht.' },
    502: {
      title: 'Die Seite gab keine richtige Antwort',
      text: 'Es liegt nicht an Ihnen. Das Programm hinter dieser Seite ist gescheitert; bitte versuchen Sie es später noch einmal.',
    },
    503: {
      title: 'Die Seite ist nicht erreichbar',
      text: 'Es liegt nicht an Ihnen. Bitte versuchen Sie es in einem Moment noch einmal.',
    },
    504: {
      title: 'Die Seite hat zu lange gebraucht',
      text: 'Das Programm hinter dieser Seite hat nicht rechtzeitig geantwortet. Wenn Sie etwas abgeschickt haben, sehen Sie erst nach, ob es angekommen ist.',
    },
    505: {
      title: 'Diese Version wird hier nicht gesprochen',
      text: 'Die Seite spricht diese Version von HTTP nicht.',
    },
  },
};
